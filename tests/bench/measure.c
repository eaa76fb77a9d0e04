// Times whole processes, from exec to exit, as a toolstack sees them. The programs take turns, so
// that whatever else the machine does falls on all of them alike.
//
// usage: measure [-r RUNS] [-n N] RESET CHECK {NAME COMMAND}...
//
// Each turn of a program: RESET brings the host to where the job begins, N processes of COMMAND run
// at once, CHECK says by its exit status whether the job was done. Only the processes are timed.
// RESET, CHECK and COMMAND are commands of words without quoting; RESET and CHECK get NAME as last
// argument. The i-th process, from 1, gets libxl's environment for the vif of domain i. A NAME that
// ends in /N takes a turn in every Nth run only, from the first on; the /N is no part of it.
//
// Prints a line for each program, with tabs between: NAME, runs that count, runs thrown away, of
// their wall time p10, p50 and p90, of one process p50 and p99 (all in ms), the largest resident
// set in KiB, and the median of page faults. A program that ever fails or whose CHECK fails is
// reported, and its line has no figures.
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

enum { most_words = 64, most_programs = 8 };

struct command {
  char* words[most_words];
};

struct program {
  const char* name;
  unsigned every;  // run
  struct command command;
  double* walls;
  double* each;
  double* faults;
  unsigned wall_count;
  unsigned each_count;
  unsigned thrown_away;
  long resident;  // KiB
};

static unsigned runs = 20;
static unsigned at_once = 1;
static char*** environments;  // one for each process that runs at once
static posix_spawn_file_actions_t quiet;

static _Noreturn void die(const char* what) {
  fprintf(stderr, "measure: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void* reserve(size_t count, size_t size) {
  void* const memory = calloc(count, size);
  if (memory == NULL) die("memory");
  return memory;
}

static double now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static struct command split(const char* text, const char* last) {
  struct command command = {{NULL}};
  size_t count = 0;
  char* rest = strdup(text);
  for (char* word; (word = strsep(&rest, " ")) != NULL && count < most_words - 2;) {
    if (*word != '\0') command.words[count++] = word;
  }
  if (last != NULL) command.words[count] = strdup(last);
  return command;
}

static char* text_of(const char* format, unsigned domain) {
  char* text = NULL;
  if (asprintf(&text, format, domain) < 0) die("memory");
  return text;
}

// The caller's environment with what libxl adds to it (libxl_linux.c).
static char** environment_of(unsigned domain) {
  size_t count = 0;
  while (environ[count] != NULL) ++count;
  char** const environment = reserve(count + 6, sizeof *environment);
  memcpy(environment, environ, count * sizeof *environment);
  environment[count++] = text_of("XENBUS_PATH=backend/vif/%u/0", domain);
  environment[count++] = text_of("vif=vif%u.0", domain);
  environment[count++] = text_of("XENBUS_TYPE=vif", domain);
  environment[count++] = text_of("XENBUS_BASE_PATH=backend", domain);
  environment[count] = text_of("netdev=", domain);
  return environment;
}

static pid_t spawn(const struct command* command, char** environment,
                   const posix_spawn_file_actions_t* files) {
  pid_t process = 0;
  errno = posix_spawnp(&process, command->words[0], files, NULL, command->words, environment);
  if (errno != 0) die(command->words[0]);
  return process;
}

static bool succeeds(const struct command* command) {
  int status = 0;
  const pid_t process = spawn(command, environ, NULL);
  if (waitpid(process, &status, 0) != process) die("waitpid");
  return status == 0;
}

// The processes of one turn. False if one of them fails.
static bool run_all(struct program* program, double* wall, double* each, double* faults) {
  static pid_t* processes;
  static double* starts;
  if (processes == NULL) {
    processes = reserve(at_once, sizeof *processes);
    starts = reserve(at_once, sizeof *starts);
  }
  bool good = true;
  const double begin = now_ms();
  for (unsigned i = 0; i < at_once; ++i) {
    starts[i] = now_ms();
    processes[i] = spawn(&program->command, environments[i], &quiet);
  }
  for (unsigned left = at_once; left > 0; --left) {
    int status = 0;
    struct rusage usage;
    const pid_t process = wait4(-1, &status, 0, &usage);
    const double end = now_ms();
    unsigned which = 0;
    while (which < at_once && processes[which] != process) ++which;
    if (which == at_once) die("wait4");
    each[which] = end - starts[which];
    if (status != 0) good = false;
    if (usage.ru_maxrss > program->resident) program->resident = usage.ru_maxrss;
    *faults = (double)(usage.ru_minflt + usage.ru_majflt);
  }
  *wall = now_ms() - begin;
  return good;
}

static void take_turn(struct program* program, const char* reset_text, const char* check_text) {
  const struct command reset = split(reset_text, program->name);
  const struct command check = split(check_text, program->name);
  if (!succeeds(&reset)) die(reset_text);
  const bool good =
      run_all(program, &program->walls[program->wall_count], &program->each[program->each_count],
              &program->faults[program->wall_count]);
  if (!good || !succeeds(&check)) {
    ++program->thrown_away;
    fprintf(stderr, "measure: %s: %s\n", program->name,
            good ? "the job was not done" : "a process failed");
    return;
  }
  program->wall_count += 1;
  program->each_count += at_once;
}

static void read_name(struct program* program, const char* text) {
  const char* const slash = strchr(text, '/');
  program->every = slash == NULL ? 1 : (unsigned)strtoul(slash + 1, NULL, 10);
  program->name = slash == NULL ? text : strndup(text, (size_t)(slash - text));
  if (program->every == 0 || program->name == NULL) die(text);
}

static int by_value(const void* left, const void* right) {
  const double a = *(const double*)left;
  const double b = *(const double*)right;
  return (a > b) - (a < b);
}

// Of sorted values.
static double percentile(const double* values, unsigned count, unsigned percent) {
  return values[(count - 1) * percent / 100];
}

static void print(struct program* program) {
  printf("%s\t%u\t%u", program->name, program->wall_count, program->thrown_away);
  if (program->thrown_away > 0 || program->wall_count == 0) {
    puts("");
    return;
  }
  qsort(program->walls, program->wall_count, sizeof(double), by_value);
  qsort(program->each, program->each_count, sizeof(double), by_value);
  qsort(program->faults, program->wall_count, sizeof(double), by_value);
  for (unsigned percent = 10; percent <= 90; percent += 40) {
    printf("\t%.3f", percentile(program->walls, program->wall_count, percent));
  }
  printf("\t%.3f\t%.3f", percentile(program->each, program->each_count, 50),
         percentile(program->each, program->each_count, 99));
  printf("\t%ld\t%.0f\n", program->resident, percentile(program->faults, program->wall_count, 50));
}

static void read_options(int argc, char** argv) {
  for (int option; (option = getopt(argc, argv, "+r:n:")) != -1;) {
    const unsigned number = optarg == NULL ? 0 : (unsigned)strtoul(optarg, NULL, 10);
    if (option == 'r') runs = number;
    if (option == 'n') at_once = number;
  }
  if (argc - optind < 4 || argc - optind > 2 + 2 * most_programs || runs == 0 || at_once == 0) {
    fputs("usage: measure [-r RUNS] [-n N] RESET CHECK {NAME COMMAND}...\n", stderr);
    exit(2);
  }
}

int main(int argc, char** argv) {
  read_options(argc, argv);
  const char* const reset = argv[optind];
  const char* const check = argv[optind + 1];
  environments = reserve(at_once, sizeof *environments);
  for (unsigned i = 0; i < at_once; ++i) environments[i] = environment_of(i + 1);
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);

  static struct program programs[most_programs];
  unsigned count = 0;
  for (int i = optind + 2; i + 1 < argc; i += 2, ++count) {
    read_name(&programs[count], argv[i]);
    programs[count].command = split(argv[i + 1], NULL);
    programs[count].walls = reserve(runs, sizeof(double));
    programs[count].faults = reserve(runs, sizeof(double));
    programs[count].each = reserve((size_t)runs * at_once, sizeof(double));
  }
  for (unsigned run = 0; run < runs; ++run) {
    for (unsigned i = 0; i < count; ++i) {
      if (run % programs[i].every == 0) take_turn(&programs[i], reset, check);
    }
  }
  for (unsigned i = 0; i < count; ++i) print(&programs[i]);
}
