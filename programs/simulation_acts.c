/* simulation_acts.c: what people told the sample clusters: one line each, in a file for each tenant. */

#include "programs/simulation.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
file_of(const simulation *sim, int64_t tenant, char *path, size_t size)
{
    (void) snprintf(path, size, "%s/%zu-%lld", sim->directory, sim->number,
                    (long long) tenant);
}

size_t
sim_acts(const simulation *sim, int64_t tenant, sim_act acts[SIM_TOLD])
{
    char   path[1200], line[128];
    FILE  *file;
    size_t count = 0;

    file_of(sim, tenant, path, sizeof(path));
    file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        char   *end;
        sim_act act = { .verb = line[0] };

        /* A line that was not written to its end is none. */
        if (strlen(line) < 4 || strchr(line, '\n') == NULL) {
            continue;
        }
        act.at = strtoll(line + 1, &end, 10);
        act.command = strtoll(end, NULL, 10);
        if (count == SIM_TOLD) {
            memmove(acts, acts + 1, (SIM_TOLD - 1) * sizeof(*acts));
            count--;
        }
        acts[count++] = act;
    }
    if (file != NULL) {
        (void) fclose(file);
    }
    return count;
}

bool
sim_note(const simulation *sim, int64_t tenant, const sim_act *act)
{
    char    path[1200], line[128];
    int     len, fd;
    ssize_t written;

    file_of(sim, tenant, path, sizeof(path));
    len = snprintf(line, sizeof(line), "%c %lld %lld\n", act->verb,
                   (long long) act->at, (long long) act->command);
    fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd == -1) {
        return false;
    }
    written = write(fd, line, (size_t) len);
    return close(fd) == 0 && written == len;
}
