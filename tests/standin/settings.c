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

/* Documented: a file name with extension, no directory, at most MAX_PATH characters. Windows takes a path too and
 * lists its last part; it refuses NULL, nothing and what ends in a backslash (all by Wine's tests). The code for what
 * is too long is a choice, and nothing checks for an extension. */
static HRESULT exe_name(PCWSTR given, PCWSTR *name)
{
    *name = given ? path_name(given) : L"";
    if (!**name)
        return E_INVALIDARG;
    return wcslen(given) < MAX_PATH ? S_OK : WER_E_LENGTH_EXCEEDED;
}

static HKEY exclusions_root(BOOL all_users)
{
    return all_users ? HKEY_LOCAL_MACHINE : HKEY_CURRENT_USER;
}

/* The settings page calls the value a REG_SZ; what people found in the registry is the REG_DWORD 1. */
HRESULT exclusion_add(PCWSTR given, BOOL all_users)
{
    static const DWORD excluded = 1;
    PCWSTR name;
    HRESULT hr = exe_name(given, &name);
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

/* Documented to fail for an application that is not on the list, without a code. Windows was seen to answer E_FAIL,
 * later ones ERROR_ENVVAR_NOT_FOUND (by Wine's tests). */
HRESULT exclusion_remove(PCWSTR given, BOOL all_users)
{
    PCWSTR name;
    HRESULT hr = exe_name(given, &name);
    HKEY key;
    LSTATUS status;

    if (FAILED(hr))
        return hr;
    status = RegOpenKeyExW(exclusions_root(all_users), EXCLUSIONS_KEY, 0, KEY_SET_VALUE | KEY_WOW64_64KEY, &key);
    if (!status) {
        status = RegDeleteValueW(key, name);
        RegCloseKey(key);
    }
    return HRESULT_FROM_WIN32(status == ERROR_FILE_NOT_FOUND ? ERROR_ENVVAR_NOT_FOUND : status);
}
