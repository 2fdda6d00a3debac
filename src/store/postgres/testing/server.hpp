// Servers of a test's own on free ports of 127.0.0.1, to be killed, held and started again: PostgreSQL and PgBouncer.
// Both refuse to run as root, who starts them as the system user `postgres`. They end with the test, however it ends.
#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <grp.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace skat::store::postgres::testing {

namespace fs = std::filesystem;

// A port that is free now.
inline int free_port() {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool found = ::bind(probe, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(probe);
  if (!found) throw std::runtime_error("no port is free");
  return ntohs(address.sin_port);
}

// A folder that the unprivileged user owns, removed with everything in it.
class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "skat-pg-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
    give(path_);
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] const fs::path& path() const { return path_; }
  fs::path write(const std::string& name, const std::string& text) const {
    const fs::path file = path_ / name;
    std::ofstream(file) << text;
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    give(file);
    return file;
  }

 private:
  static void give(const fs::path& what) {
    if (::geteuid() != 0) return;
    const passwd* user = ::getpwnam("postgres");
    if (user == nullptr || ::chown(what.c_str(), user->pw_uid, user->pw_gid) != 0) {
      throw std::runtime_error("there is no user 'postgres'");
    }
  }
  fs::path path_;
};

// A child process in `home`, its output in `log`.
inline pid_t spawn(const fs::path& home, const fs::path& log, const std::vector<std::string>& command) {
  const passwd* user = ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr;
  std::vector<char*> arguments;
  for (const auto& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = ::fork();
  if (child != 0) return child;
  const bool dropped =
      user == nullptr || (::setgroups(0, nullptr) == 0 && ::setgid(user->pw_gid) == 0 && ::setuid(user->pw_uid) == 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (!dropped || ::chdir(home.c_str()) != 0 || std::freopen(log.c_str(), "a", stdout) == nullptr) ::_exit(126);
  ::dup2(::fileno(stdout), 2);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

inline void run_to_end(const fs::path& home, const fs::path& log, const std::vector<std::string>& command) {
  int status = 0;
  ::waitpid(spawn(home, log, command), &status, 0);
  if (status != 0) throw std::runtime_error(fmt::format("{} failed; see {}", command[0], log.string()));
}

class PostgresServer {
 public:
  // `settings` go into postgresql.conf, `hba` stands before the rule that lets everybody in.
  explicit PostgresServer(const std::string& settings = {}, const std::string& hba = {},
                          const std::vector<std::pair<std::string, std::string>>& files = {}) {
    run_to_end(folder_.path(), log(),
               {program("initdb"), "-D", data().string(), "-N", "-U", "skat", "-A", "trust", "-E", "UTF8",
                "--locale=C.UTF-8"});
    for (const auto& [name, text] : files) folder_.write(name, text);
    std::ofstream(data() / "postgresql.conf", std::ios::app) << settings << '\n';
    if (!hba.empty()) std::ofstream(data() / "pg_hba.conf") << hba << "\nhost all skat 127.0.0.1/32 trust\n";
    start();
  }
  ~PostgresServer() { kill(); }
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  void start() {
    process_ = spawn(folder_.path(), log(),
                     {program("postgres"), "-D", data().string(), "-p", std::to_string(port_), "-k",
                      folder_.path().string(), "-c", "listen_addresses=127.0.0.1"});
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (PQping(url().c_str()) != PQPING_OK) {
      if (std::chrono::steady_clock::now() > end)
        throw std::runtime_error("PostgreSQL does not start; see " + log().string());
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  // SIGKILL. Its children notice by themselves that it is gone, and it cannot start again before they have.
  void kill() {
    if (process_ < 0) return;
    signal_all(SIGCONT);
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
    while (!processes().empty()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  // All its processes stop where they are, until resume().
  void hold() { signal_all(SIGSTOP); }
  void resume() { signal_all(SIGCONT); }

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] fs::path path(const std::string& name) const { return folder_.path() / name; }
  [[nodiscard]] std::string url(const std::string& database = "postgres", const std::string& parameters = {}) const {
    return fmt::format("postgres://skat@127.0.0.1:{}/{}{}", port_, database, parameters);
  }

 private:
  static std::string program(const std::string& name) {
    int newest = 0;
    for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql")) {
      newest = std::max(newest, std::atoi(entry.path().filename().c_str()));
    }
    return fmt::format("/usr/lib/postgresql/{}/bin/{}", newest, name);
  }
  [[nodiscard]] fs::path data() const { return folder_.path() / "data"; }
  [[nodiscard]] fs::path log() const { return folder_.path() / "postgres.log"; }
  // Each has the data folder as its working folder.
  [[nodiscard]] std::vector<pid_t> processes() const {
    std::vector<pid_t> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
      std::error_code error;
      const auto folder = fs::read_symlink(entry.path() / "cwd", error);
      if (!error && folder == data()) found.push_back(std::atoi(entry.path().filename().c_str()));
    }
    return found;
  }
  void signal_all(int signal) const {
    for (const pid_t process : processes()) ::kill(process, signal);
  }

  Folder folder_;
  const int port_ = free_port();
  pid_t process_ = -1;
};

// In transaction mode, with few connections to the server, so that one client's transactions go over several of them.
class PgBouncer {
 public:
  explicit PgBouncer(int server_port) {
    const auto settings = folder_.write(
        "pgbouncer.ini",
        fmt::format("[databases]\n* = host=127.0.0.1 port={} user=skat\n[pgbouncer]\n"
                    "listen_addr = 127.0.0.1\nlisten_port = {}\nauth_type = any\npool_mode = transaction\n"
                    "default_pool_size = 2\nserver_round_robin = 1\nunix_socket_dir =\n",
                    server_port, port_));
    process_ = spawn(folder_.path(), folder_.path() / "pgbouncer.log", {"/usr/sbin/pgbouncer", settings.string()});
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (PQping(url("postgres").c_str()) != PQPING_OK) {
      if (std::chrono::steady_clock::now() > end) throw std::runtime_error("PgBouncer does not start");
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  ~PgBouncer() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  PgBouncer(const PgBouncer&) = delete;
  PgBouncer& operator=(const PgBouncer&) = delete;

  [[nodiscard]] std::string url(const std::string& database) const {
    return fmt::format("postgres://skat@127.0.0.1:{}/{}", port_, database);
  }

 private:
  Folder folder_;
  const int port_ = free_port();
  pid_t process_ = -1;
};

}  // namespace skat::store::postgres::testing
