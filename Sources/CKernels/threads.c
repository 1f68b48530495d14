#define _GNU_SOURCE
// A team of threads for one piece of work.
#include "CKernels.h"

#include <pthread.h>
#include <stdlib.h>

struct member {
    void (*body)(void *context, int thread);
    void *context;
    int thread;
    pthread_t handle;
};

static void *run_member(void *argument) {
    struct member *member = argument;
    member->body(member->context, member->thread);
    return NULL;
}

void ck_run_on_threads(int threads, void (*body)(void *context, int thread), void *context) {
    struct member *members = threads > 1 ? calloc((size_t)threads, sizeof *members) : NULL;
    int started = 1;
    if (members) {
        for (; started < threads; started++) {
            members[started] = (struct member){.body = body, .context = context, .thread = started};
            if (pthread_create(&members[started].handle, NULL, run_member, &members[started]) != 0) break;
        }
    }
    body(context, 0);
    for (int thread = 1; thread < started; thread++) pthread_join(members[thread].handle, NULL);
    free(members);
}
