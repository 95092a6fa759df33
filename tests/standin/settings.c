/* The registry: WER's settings, and the list of excluded applications. */
#include "standin.h"

#include <wchar.h>

#define WER_KEY L"Software\\Microsoft\\Windows\\Windows Error Reporting"
#define POLICY_KEY L"Software\\Policies\\Microsoft\\Windows\\Windows Error Reporting"
#define EXCLUSIONS_KEY WER_KEY L"\\ExcludedApplications"

static BOOL read_setting(HKEY root, PCWSTR key, PCWSTR name, DWORD *value)
{
    DWORD size = sizeof(*value);
    return RegGetValueW(root, key, name, RRF_RT_REG_DWORD | RRF_SUBKEY_WOW6464KEY, NULL, value, &size) == ERROR_SUCCESS;
}

/* Policies first and the machine before the user: the documentation names the keys, their precedence is a choice. */
static const struct {
    HKEY root;
    PCWSTR key;
} places[] = {
    {HKEY_LOCAL_MACHINE, POLICY_KEY},
    {HKEY_CURRENT_USER, POLICY_KEY},
    {HKEY_LOCAL_MACHINE, WER_KEY},
    {HKEY_CURRENT_USER, WER_KEY},
};
enum { PLACES = sizeof(places) / sizeof(places[0]) };

DWORD setting_value(PCWSTR name, DWORD otherwise)
{
    DWORD value;
    unsigned i;
    for (i = 0; i < PLACES; i++)
        if (read_setting(places[i].root, places[i].key, name, &value))
            return value;
    return otherwise;
}

/* A switch is on wherever it is on: a 0 in one place does not undo a 1 in another (a choice). */
BOOL setting_on(PCWSTR name)
{
    DWORD value;
    unsigned i;
    for (i = 0; i < PLACES; i++)
        if (read_setting(places[i].root, places[i].key, name, &value) && value)
            return TRUE;
    return FALSE;
}

/* Documented: a file name with extension, no directory, at most MAX_PATH characters. The codes are choices, and
 * nothing checks for an extension. */
static HRESULT check_exe_name(PCWSTR name)
{
    if (!name || !*name || path_name(name) != name)
        return E_INVALIDARG;
    return wcslen(name) < MAX_PATH ? S_OK : WER_E_LENGTH_EXCEEDED;
}

static HKEY exclusions_root(BOOL all_users)
{
    return all_users ? HKEY_LOCAL_MACHINE : HKEY_CURRENT_USER;
}

/* The settings page calls the value a REG_SZ; what people found in the registry is the REG_DWORD 1. */
HRESULT exclusion_add(PCWSTR name, BOOL all_users)
{
    static const DWORD excluded = 1;
    HRESULT hr = check_exe_name(name);
    HKEY key;
    LSTATUS status;

    if (FAILED(hr))
        return hr;
    status = RegCreateKeyExW(exclusions_root(all_users), EXCLUSIONS_KEY, 0, NULL, 0, KEY_SET_VALUE | KEY_WOW64_64KEY,
        NULL, &key, NULL);
    if (status)
        return HRESULT_FROM_WIN32(status);
    status = RegSetValueExW(key, name, 0, REG_DWORD, (const BYTE *)&excluded, sizeof(excluded));
    RegCloseKey(key);
    return HRESULT_FROM_WIN32(status);
}

/* Documented to fail for an application that is not on the list, without a code: WER_E_NOT_FOUND is a choice. */
HRESULT exclusion_remove(PCWSTR name, BOOL all_users)
{
    HRESULT hr = check_exe_name(name);
    HKEY key;
    LSTATUS status;

    if (FAILED(hr))
        return hr;
    status = RegOpenKeyExW(exclusions_root(all_users), EXCLUSIONS_KEY, 0, KEY_SET_VALUE | KEY_WOW64_64KEY, &key);
    if (!status) {
        status = RegDeleteValueW(key, name);
        RegCloseKey(key);
    }
    return status == ERROR_FILE_NOT_FOUND ? WER_E_NOT_FOUND : HRESULT_FROM_WIN32(status);
}
