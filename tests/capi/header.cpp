// wer/capi.h in C++: it compiles without a warning, and its table is the one that C sees.
#include "wer/capi.h"

extern "C" int cpp_import(void)
{
    return Wer_ImportCAPI() == 0 && Wer_API->report_exception != NULL ? static_cast<int>(Wer_API->version) : -1;
}
