#include "chat/settings.hpp"

#include <utility>

#include "base/logger.hpp"
#include "store/errc.hpp"

namespace skat::chat {
namespace {

constexpr std::chrono::milliseconds kFirstRetry{500}, kLongestRetry{5'000};

}  // namespace

Settings::Settings(base::Executor& core, store::Directory& directory, LocalCopies* copies, std::string log_id)
    : core_(core),
      directory_(directory),
      copies_(copies),
      file_{std::move(log_id), {}},
      backoff_(kFirstRetry, kLongestRetry) {}

void Settings::load(base::Function<void()> done) {
  if (copies_ == nullptr) {
    done();
    return;
  }
  auto on_file = [this, done = std::move(done)](std::optional<SettingsFile> file) mutable {
    if (file) file_ = std::move(*file);
    done();
  };
  copies_->read_settings(file_.log_id, lifetime_.guard(std::move(on_file)));
}

void Settings::get_or_put(std::string name, std::string value, Done<std::string> done) {
  const auto known = file_.values.find(name);
  if (known != file_.values.end()) value = known->second;
  auto on_value = [this, name, done = std::move(done)](result<std::string> stored) mutable {
    if (stored) {
      learn(name, *stored);
    } else if (stored.error() == store::errc::unavailable) {
      const auto kept = file_.values.find(name);
      if (kept != file_.values.end()) {
        base::log(base::LogLevel::warn, "chat", "the store is away: \"{}\" is taken from this node's own copy", name);
        confirm(name);
        stored = kept->second;
      }
    }
    done(std::move(stored));
  };
  directory_.get_or_put_setting(name, std::move(value), lifetime_.guard(std::move(on_value)));
}

void Settings::confirm(std::string name) {
  std::ignore = core_.after(backoff_.next(), lifetime_.guard([this, name = std::move(name)]() mutable {
    const std::string value = file_.values[name];
    auto on_value = [this, name, value](const result<std::string>& stored) {
      if (!stored) {
        confirm(name);
        return;
      }
      if (*stored != value) {
        base::log(base::LogLevel::error, "chat",
                  "the store's \"{}\" is not the one that this node has started with from its own copy: restart it",
                  name);
      }
      learn(name, *stored);
    };
    directory_.get_or_put_setting(name, value, lifetime_.guard(std::move(on_value)));
  }));
}

void Settings::learn(const std::string& name, const std::string& value) {
  std::string& known = file_.values[name];
  if (known == value) return;
  known = value;
  changed_ = true;
  if (!writing_) write();
}

void Settings::write() {
  if (copies_ == nullptr) return;
  changed_ = false;
  writing_ = true;
  copies_->write_settings(file_, lifetime_.guard([this](bool) {
    writing_ = false;
    if (changed_) write();
  }));
}

}  // namespace skat::chat
