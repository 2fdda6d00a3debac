#include "engineio/answer.hpp"

#include <iterator>
#include <utility>

namespace skat::engineio {

LocalAnswer::LocalAnswer(net::Responder responder, std::vector<net::Header> headers)
    : responder_(std::move(responder)), headers_(std::move(headers)) {}

void LocalAnswer::respond(net::HttpResponse response) {
  response.headers.insert(response.headers.end(), std::make_move_iterator(headers_.begin()),
                          std::make_move_iterator(headers_.end()));
  headers_.clear();
  responder_.respond(std::move(response));
}

}  // namespace skat::engineio
