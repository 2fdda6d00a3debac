// CoreLine: one loop's line to chat. A request goes through the mailbox "core.requests", which all loops share; its
// answer comes back through this loop's outlet, in order with the events of the rooms. Lives on: ask() and tell() are
// called on the loop. Outlives the node and the loop.
#pragma once

#include <utility>

#include "base/mailbox.hpp"
#include "chat/errc.hpp"
#include "chat/node.hpp"
#include "gateway/loop_outlet.hpp"

namespace skat::gateway {

class CoreLine {
 public:
  CoreLine(base::TaskMailbox& requests, chat::Node& node, LoopOutlet& outlet)
      : requests_(requests), node_(node), outlet_(outlet) {}

  // Calls `call(node, done)` on the core and `then(result<T>)` back on the loop. A full mailbox: `then(errc::busy)`
  // now.
  template <class T, class Call, class Then>
  void ask(Call call, Then then) {
    // shared_ptr: a refused push destroys the task, and `then` must still be called.
    auto answer = std::make_shared<Then>(std::move(then));
    const bool taken = requests_.push([this, call = std::move(call), answer]() mutable {
      call(node_, chat::Done<T>([this, answer = std::move(answer)](result<T> r) mutable {
             outlet_.answer([answer = std::move(answer), r = std::move(r)]() mutable { (*answer)(std::move(r)); });
           }));
    });
    if (!taken) (*answer)(result<T>(chat::errc::busy));
  }

  // Without an answer. False: the mailbox is full.
  template <class Call>
  [[nodiscard]] bool tell(Call call) {
    return requests_.push([this, call = std::move(call)]() mutable { call(node_); });
  }

 private:
  base::TaskMailbox& requests_;
  chat::Node& node_;
  LoopOutlet& outlet_;
};

}  // namespace skat::gateway
