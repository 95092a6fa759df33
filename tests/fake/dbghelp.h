/* What `wer` uses of dbghelp.h. */
#ifndef FAKE_DBGHELP_H
#define FAKE_DBGHELP_H

#define MiniDumpWithHandleData 4

#endif /* FAKE_DBGHELP_H */
