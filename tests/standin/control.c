/* What the tests tell the stand-in to do: WerStandInControl and the variable WER_STANDIN. The commands are listed in
 * README.md. */
#include "standin.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

typedef enum { RULE_FAIL, RULE_DELAY, RULE_BLOCK } RuleKind;

typedef struct Rule {
    struct Rule *next;
    RuleKind kind;
    Function function;
    DWORD nth;    /* 0: every call */
    DWORD value;  /* the HRESULT of a failure, the milliseconds of a delay */
    WCHAR event[MAX_PATH];
} Rule;

static SRWLOCK control_lock = SRWLOCK_INIT;
static Rule *rules;
static DWORD calls[FUNCTION_COUNT];

static const char *const names[FUNCTION_COUNT] = {
#define X(name) #name,
    STANDIN_FUNCTIONS(X)
#undef X
};

const char *function_name(Function function)
{
    return names[function];
}

static Function find_function(PCWSTR name)
{
    unsigned function;
    for (function = 0; function < FUNCTION_COUNT; function++) {
        const char *known = names[function];
        PCWSTR rest = name;
        while (*known && *known == *rest)
            known++, rest++;
        if (!*known && !*rest)
            break;
    }
    return function;
}

/* ---- obeying ---- */

/* `<name>.<suffix>`, opened or created. Both sides of a test may be first, so neither owns the creation. */
static HANDLE named_event(PCWSTR name, PCWSTR suffix)
{
    WCHAR full[MAX_PATH + 16];
    wcscpy(full, name);
    wcscat(full, suffix);
    return CreateEventW(NULL, TRUE, FALSE, full);
}

static void block(PCWSTR name)
{
    HANDLE entered = named_event(name, L".entered");
    HANDLE release = named_event(name, L".release");

    if (entered && release) {
        SetEvent(entered);
        WaitForSingleObject(release, INFINITE);
    }
    if (entered)
        CloseHandle(entered);
    if (release)
        CloseHandle(release);
}

void call_begin(Call *call, Function function)
{
    WCHAR event[MAX_PATH] = L"";
    DWORD delay = 0;
    const Rule *rule;

    *call = (Call){.function = function, .hr = S_OK};
    AcquireSRWLockExclusive(&control_lock);
    call->nth = ++calls[function];
    for (rule = rules; rule; rule = rule->next) {
        if (rule->function != function || (rule->nth && rule->nth != call->nth))
            continue;
        if (rule->kind == RULE_DELAY) {
            delay = rule->value;
        } else if (rule->kind == RULE_BLOCK) {
            wcscpy(event, rule->event);
        } else {
            call->injected = TRUE;
            call->hr = (HRESULT)rule->value;
        }
    }
    ReleaseSRWLockExclusive(&control_lock);

    if (delay)
        Sleep(delay);
    if (*event)
        block(event);
}

DWORD WINAPI WerStandInCalls(PCWSTR name)
{
    Function function = name ? find_function(name) : FUNCTION_COUNT;
    DWORD count = 0;

    if (function == FUNCTION_COUNT)
        return 0;
    AcquireSRWLockShared(&control_lock);
    count = calls[function];
    ReleaseSRWLockShared(&control_lock);
    return count;
}

/* ---- commands ---- */

enum { MAX_WORDS = 4 };

typedef struct {
    WCHAR *words[MAX_WORDS];
    unsigned count;
} Command;

static void drop_rules(void)
{
    while (rules) {
        Rule *rule = rules;
        rules = rule->next;
        free(rule);
    }
}

static HRESULT reset(void)
{
    AcquireSRWLockExclusive(&control_lock);
    drop_rules();
    memset(calls, 0, sizeof(calls));
    ReleaseSRWLockExclusive(&control_lock);
    store_set_end_code(STORE_END_OF_DATA);
    store_set_small_buffer_code(STORE_SMALL_BUFFER);
    collect_at_submission(FALSE);
    return S_OK;
}

/* A later rule of the same kind for the same call wins, so rules stay in the order they came. */
static HRESULT add_rule(const Rule *wanted)
{
    Rule *rule = malloc(sizeof(*rule));
    Rule **end = &rules;

    if (!rule)
        return E_OUTOFMEMORY;
    *rule = *wanted;
    rule->next = NULL;
    AcquireSRWLockExclusive(&control_lock);
    while (*end)
        end = &(*end)->next;
    *end = rule;
    ReleaseSRWLockExclusive(&control_lock);
    return S_OK;
}

/* Decimal or 0x..., negative too: an HRESULT is written either way. */
static BOOL parse_number(PCWSTR text, DWORD *number)
{
    WCHAR *end;
    LONGLONG value = wcstoll(text, &end, 0);

    *number = (DWORD)value;
    return end != text && !*end && value >= INT32_MIN && value <= UINT32_MAX;
}

/* fail FUNCTION N HRESULT | delay FUNCTION N MILLISECONDS | block FUNCTION N NAME */
static HRESULT rule_command(RuleKind kind, const Command *command)
{
    Rule rule = {.kind = kind};

    if (command->count != 4)
        return E_INVALIDARG;
    rule.function = find_function(command->words[1]);
    if (rule.function == FUNCTION_COUNT)
        return E_INVALIDARG;
    if (wcscmp(command->words[2], L"*") && (!parse_number(command->words[2], &rule.nth) || !rule.nth))
        return E_INVALIDARG;
    if (kind == RULE_BLOCK) {
        if (wcslen(command->words[3]) >= MAX_PATH)
            return E_INVALIDARG;
        wcscpy(rule.event, command->words[3]);
    } else if (!parse_number(command->words[3], &rule.value)) {
        return E_INVALIDARG;
    }
    return add_rule(&rule);
}

static HRESULT log_command(PCWSTR argument)
{
    if (!wcscmp(argument, L"off")) {
        log_close();
        return S_OK;
    }
    return log_open(argument);
}

static HRESULT store_command(PCWSTR argument)
{
    if (wcslen(argument) >= PATH_CHARS)
        return E_INVALIDARG;
    store_set_root(argument);
    return S_OK;
}

/* One of two words: the index of the one given, or -1. */
static int choice(PCWSTR argument, PCWSTR first, PCWSTR second)
{
    if (!wcscmp(argument, first))
        return 0;
    return wcscmp(argument, second) ? -1 : 1;
}

static HRESULT scope_command(PCWSTR argument)
{
    int machine = choice(argument, L"user", L"machine");
    if (machine < 0)
        return E_INVALIDARG;
    store_set_machine(machine);
    return S_OK;
}

static HRESULT server_command(PCWSTR argument)
{
    int online = choice(argument, L"offline", L"online");
    if (online < 0)
        return E_INVALIDARG;
    server_set_online(online);
    return S_OK;
}

static HRESULT collect_command(PCWSTR argument)
{
    int late = choice(argument, L"add", L"submit");
    if (late < 0)
        return E_INVALIDARG;
    collect_at_submission(late);
    return S_OK;
}

static HRESULT unregister(void)
{
    registrations_clear();
    process_forget_flags();
    return S_OK;
}

static HRESULT code_command(void (*set)(HRESULT), PCWSTR argument)
{
    DWORD hr;
    if (!parse_number(argument, &hr))
        return E_INVALIDARG;
    set((HRESULT)hr);
    return S_OK;
}

static HRESULT end_command(PCWSTR argument)
{
    return code_command(store_set_end_code, argument);
}

static HRESULT small_buffer_command(PCWSTR argument)
{
    return code_command(store_set_small_buffer_code, argument);
}

/* Commands of two words. */
static const struct {
    PCWSTR verb;
    HRESULT (*execute)(PCWSTR argument);
} verbs[] = {
    {L"log", log_command},
    {L"store", store_command},
    {L"scope", scope_command},
    {L"server", server_command},
    {L"collect", collect_command},
    {L"endofdata", end_command},
    {L"smallbuffer", small_buffer_command},
};

static HRESULT execute(const Command *command)
{
    PCWSTR verb = command->words[0];
    unsigned i;

    if (!wcscmp(verb, L"fail"))
        return rule_command(RULE_FAIL, command);
    if (!wcscmp(verb, L"delay"))
        return rule_command(RULE_DELAY, command);
    if (!wcscmp(verb, L"block"))
        return rule_command(RULE_BLOCK, command);
    if (!wcscmp(verb, L"reset") && command->count == 1)
        return reset();
    if (!wcscmp(verb, L"unregister") && command->count == 1)
        return unregister();
    for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (!wcscmp(verb, verbs[i].verb) && command->count == 2)
            return verbs[i].execute(command->words[1]);
    return E_INVALIDARG;
}

/* Splits the next command off `text`, in place. Returns what follows it, or NULL if it makes no sense. */
static WCHAR *next_command(WCHAR *text, Command *command)
{
    command->count = 0;
    for (;;) {
        WCHAR *end;

        text += wcsspn(text, L" ");
        if (!*text)
            return text;
        if (*text == L';')
            return text + 1;
        if (command->count == MAX_WORDS)
            return NULL;
        if (*text == L'"') {
            end = wcschr(++text, L'"');
            if (!end || (end[1] && !wcschr(L" ;", end[1])))
                return NULL;
            command->words[command->count++] = text;
            *end++ = L'\0';
        } else {
            end = text + wcscspn(text, L" ;");
            command->words[command->count++] = text;
            if (*end == L';') {
                *end = L'\0';
                return end + 1;
            }
            if (*end)
                *end++ = L'\0';
        }
        text = end;
    }
}

/* Commands before a wrong one have been carried out: a test that gets E_INVALIDARG starts over with `reset`. */
HRESULT WINAPI WerStandInControl(PCWSTR commands)
{
    WCHAR *text = commands ? copy_text(commands) : NULL;
    WCHAR *rest = text;
    HRESULT hr = S_OK;

    if (!text)
        return commands ? E_OUTOFMEMORY : E_INVALIDARG;
    while (SUCCEEDED(hr) && *rest) {
        Command command;
        rest = next_command(rest, &command);
        if (!rest) {
            hr = E_INVALIDARG;
            break;
        }
        if (command.count)
            hr = execute(&command);
    }
    free(text);
    return hr;
}

/* What reaches into processes that a test starts: the commands in the variable WER_STANDIN. */
HRESULT control_from_environment(void)
{
    DWORD size = GetEnvironmentVariableW(L"WER_STANDIN", NULL, 0);
    WCHAR *commands;
    HRESULT hr;

    if (!size)
        return S_OK;
    commands = malloc(size * sizeof(WCHAR));
    if (!commands)
        return E_OUTOFMEMORY;
    GetEnvironmentVariableW(L"WER_STANDIN", commands, size);
    hr = WerStandInControl(commands);
    free(commands);
    return hr;
}

void control_free(void)
{
    drop_rules();
}
