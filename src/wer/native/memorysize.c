#include "memorysize.h"

#include <string.h>

static BOOL is_writable(DWORD protection)
{
    const DWORD writable = PAGE_READWRITE | PAGE_WRITECOPY | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY;

    return (protection & writable) != 0 && (protection & PAGE_GUARD) == 0;
}

DWORD wer_memory_of(HANDLE process, WerMemory *memory)
{
    MEMORY_BASIC_INFORMATION region;
    ULONG_PTR address = 0, next;
    ULONGLONG start = GetTickCount64();

    memset(memory, 0, sizeof(*memory));
    while (GetTickCount64() - start <= WER_MEMORY_MILLISECONDS) {
        if (VirtualQueryEx(process, (LPCVOID)address, &region, sizeof(region)) == 0) {
            /* ERROR_INVALID_PARAMETER: beyond the last address that a program can have. */
            DWORD error = GetLastError();
            return address != 0 && error == ERROR_INVALID_PARAMETER ? ERROR_SUCCESS : error;
        }
        if (region.State == MEM_COMMIT) {
            memory->all_bytes += region.RegionSize;
            if (is_writable(region.Protect) && region.Type == MEM_PRIVATE)
                memory->private_bytes += region.RegionSize;
            else if (is_writable(region.Protect) && region.Type == MEM_IMAGE)
                memory->data_bytes += region.RegionSize;
        }
        next = (ULONG_PTR)region.BaseAddress + region.RegionSize;
        if (next <= address)
            return ERROR_SUCCESS; /* the end of all addresses */
        address = next;
    }
    return ERROR_TIMEOUT;
}
