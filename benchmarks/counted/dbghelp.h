/* What `wer` uses of dbghelp.h. */
#ifndef COUNTED_DBGHELP_H
#define COUNTED_DBGHELP_H

#define MiniDumpWithHandleData 4

#endif /* COUNTED_DBGHELP_H */
