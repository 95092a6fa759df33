/* Each call is counted, and can be made to fail or to wait. */
#include "fake.h"

#include <pthread.h>
#include <time.h>

enum { MOST_FUNCTIONS = 160 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static struct entry {
    const char *name;
    int calls;
    int fails_from, times; /* times 0: it does not fail */
    DWORD code;
    BOOL lacks;
} entries[MOST_FUNCTIONS];
static int used;

static char blocked[64]; /* the function whose next call waits */
static BOOL is_inside, is_released;

/* With the lock. */
static struct entry *find(const char *function)
{
    int i;

    for (i = 0; i < used; i++)
        if (strcmp(entries[i].name, function) == 0)
            return &entries[i];
    if (used == MOST_FUNCTIONS)
        abort();
    entries[used].name = strdup(function); /* for ever */
    return &entries[used++];
}

BOOL fake_enter(const char *function, DWORD *code)
{
    struct entry *entry;
    BOOL fails;

    pthread_mutex_lock(&lock);
    entry = find(function);
    entry->calls++;
    if (blocked[0] != 0 && strcmp(blocked, function) == 0) {
        blocked[0] = 0;
        is_inside = TRUE;
        pthread_cond_broadcast(&changed);
        while (!is_released)
            pthread_cond_wait(&changed, &lock);
        is_inside = FALSE;
    }
    fails = entry->times != 0 && entry->calls >= entry->fails_from;
    if (fails) {
        *code = entry->code;
        if (entry->times > 0)
            entry->times--;
    }
    pthread_mutex_unlock(&lock);
    return fails;
}

void fake_fail(const char *function, int nth, DWORD code, int times)
{
    struct entry *entry;

    pthread_mutex_lock(&lock);
    entry = find(function);
    entry->fails_from = entry->calls + nth;
    entry->code = code;
    entry->times = times;
    pthread_mutex_unlock(&lock);
}

void fake_lack(const char *function, BOOL lacks)
{
    pthread_mutex_lock(&lock);
    find(function)->lacks = lacks;
    pthread_mutex_unlock(&lock);
}

BOOL fake_is_lacking(const char *function)
{
    BOOL lacks;

    pthread_mutex_lock(&lock);
    lacks = find(function)->lacks;
    pthread_mutex_unlock(&lock);
    return lacks;
}

int fake_calls(const char *function)
{
    int calls;

    pthread_mutex_lock(&lock);
    calls = find(function)->calls;
    pthread_mutex_unlock(&lock);
    return calls;
}

const char *fake_function(int index)
{
    const char *name;

    pthread_mutex_lock(&lock);
    name = index < used ? entries[index].name : NULL;
    pthread_mutex_unlock(&lock);
    return name;
}

void fake_forget_calls(void)
{
    int i;

    pthread_mutex_lock(&lock);
    for (i = 0; i < used; i++)
        entries[i].calls = entries[i].times = 0;
    pthread_mutex_unlock(&lock);
}

void fake_block(const char *function)
{
    pthread_mutex_lock(&lock);
    strncpy(blocked, function, sizeof(blocked) - 1);
    is_released = FALSE;
    pthread_mutex_unlock(&lock);
}

BOOL fake_wait_inside(DWORD milliseconds)
{
    struct timespec until;
    BOOL inside;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += milliseconds / 1000 + 1;
    pthread_mutex_lock(&lock);
    while (!is_inside && pthread_cond_timedwait(&changed, &lock, &until) == 0)
        ;
    inside = is_inside;
    pthread_mutex_unlock(&lock);
    return inside;
}

void fake_release(void)
{
    pthread_mutex_lock(&lock);
    blocked[0] = 0;
    is_released = TRUE;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}
