// Stand-ins for what xvlan never calls, and what a static program would get all the same because
// libraries refer to it. Without them it is a quarter of a megabyte larger. For the static program
// only.
#include <netdb.h>

#include <cstdio>
#include <cstdlib>
#include <ios>

// libnl looks up host names in addresses given as text, which xvlan never gives it...
int getaddrinfo(const char*, const char*, const addrinfo*, addrinfo**) {
  return EAI_FAIL;
}

void freeaddrinfo(addrinfo*) noexcept {}

int getnameinfo(const sockaddr*, socklen_t, char*, socklen_t, char*, socklen_t, int) {
  return EAI_FAIL;
}

protoent* getprotobyname(const char*) {
  return nullptr;
}

protoent* getprotobynumber(int) {
  return nullptr;
}

// ...and scans DECnet's, and the packet scheduler's clock; libxenstore scans what its tool escaped.
int fscanf(FILE*, const char*, ...) {
  return EOF;
}

int sscanf(const char*, const char*, ...) noexcept {
  return EOF;
}

// Boost includes <iostream>, and whoever does makes std::cout and its seven kin ready at every
// start. Nothing here writes to them. From libstdc++ 13 on the library itself does it.
#if defined(_GLIBCXX_RELEASE) && _GLIBCXX_RELEASE < 13
std::ios_base::Init::Init() = default;
std::ios_base::Init::~Init() {}  // NOLINT(*-use-equals-default, *-trivially-destructible)
#endif

// Ends the program without printing the name of the C++ type that nobody caught: main catches all.
// NOLINTBEGIN(bugprone-reserved-identifier, cert-dcl*): the names are libstdc++'s.
namespace __gnu_cxx {
void __verbose_terminate_handler() {
  std::abort();
}
}  // namespace __gnu_cxx
// NOLINTEND(bugprone-reserved-identifier, cert-dcl*)
