/* Memory, text and errors. */
#include "standin.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

HRESULT last_error(void)
{
    DWORD error = GetLastError();
    return error ? HRESULT_FROM_WIN32(error) : E_FAIL;
}

BOOL read_memory(HANDLE process, const void *address, void *copy, SIZE_T size)
{
    SIZE_T got = 0;
    if (!ReadProcessMemory(process, address, copy, size, &got))
        return FALSE;
    if (got != size)
        SetLastError(ERROR_PARTIAL_COPY);
    return got == size;
}

static BOOL reserve(Buffer *buffer, SIZE_T more)
{
    SIZE_T capacity = buffer->capacity ? buffer->capacity : 256;
    BYTE *data;

    if (buffer->failed || more <= buffer->capacity - buffer->size)
        return !buffer->failed;
    while (capacity - buffer->size < more)
        capacity *= 2;
    data = realloc(buffer->data, capacity);
    if (!data) {
        buffer->failed = TRUE;
        return FALSE;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return TRUE;
}

void buffer_append(Buffer *buffer, const void *data, SIZE_T size)
{
    if (!size || !reserve(buffer, size))
        return;
    memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
}

void buffer_ascii(Buffer *buffer, const char *text)
{
    buffer_append(buffer, text, strlen(text));
}

void buffer_wide(Buffer *buffer, PCWSTR text)
{
    buffer_append(buffer, text, wcslen(text) * sizeof(WCHAR));
}

void buffer_free(Buffer *buffer)
{
    free(buffer->data);
    *buffer = (Buffer){0};
}

WCHAR *copy_text(PCWSTR text)
{
    SIZE_T size = (wcslen(text) + 1) * sizeof(WCHAR);
    WCHAR *copy = malloc(size);
    return copy ? memcpy(copy, text, size) : NULL;
}

BOOL path_append(WCHAR path[PATH_CHARS], PCWSTR name)
{
    SIZE_T length = wcslen(path);
    BOOL separate = length && path[length - 1] != L'\\';

    if (length + separate + wcslen(name) >= PATH_CHARS) {
        SetLastError(ERROR_FILENAME_EXCED_RANGE);
        return FALSE;
    }
    if (separate)
        path[length++] = L'\\';
    wcscpy(path + length, name);
    return TRUE;
}

PCWSTR path_name(PCWSTR path)
{
    PCWSTR name = path;
    for (; *path; path++)
        if (*path == L'\\' || *path == L'/' || *path == L':')
            name = path + 1;
    return name;
}

BOOL write_all(HANDLE file, const void *data, SIZE_T size)
{
    const BYTE *rest = data;
    while (size) {
        DWORD chunk = size < 0x10000000 ? (DWORD)size : 0x10000000;
        DWORD written;
        if (!WriteFile(file, rest, chunk, &written, NULL))
            return FALSE;
        rest += written;
        size -= written;
    }
    return TRUE;
}
