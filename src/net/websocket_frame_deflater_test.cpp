#include "net/websocket_frame_deflater.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "net/loop_stats.hpp"
#include "net/websocket_connection.hpp"
#include "net/websocket_frame.hpp"

namespace skat::net {
namespace {

class FrameDeflaterTest : public ::testing::Test {
 protected:
  static base::SharedBytes frame(std::uint8_t opcode, const std::string& payload) {
    return base::share(encode_frame_header(opcode, payload.size()) + payload);
  }

  LoopStats stats_;
  FrameDeflater deflater_{stats_};
};

TEST_F(FrameDeflaterTest, AFrameIsCompressedOnceATurnForAllWhoGetIt) {
  const auto sent = frame(1, std::string(2'000, 'x'));
  const auto first = deflater_.deflate(sent, 15, 1'024);
  EXPECT_EQ(static_cast<unsigned char>((*first)[0]), 0xc1);
  EXPECT_LT(first->size(), 100U);
  EXPECT_EQ(static_cast<std::size_t>((*first)[1]), first->size() - 2);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(deflater_.deflate(sent, 15, 1'024), first);
  EXPECT_EQ(stats_.deflated, 1U);
  EXPECT_NE(deflater_.deflate(sent, 10, 1'024), first) << "another window is another frame";
  EXPECT_EQ(stats_.deflated, 2U);
  deflater_.end_turn();
  EXPECT_EQ(*deflater_.deflate(sent, 15, 1'024), *first);
  EXPECT_EQ(stats_.deflated, 3U);
}

TEST_F(FrameDeflaterTest, AMessageAndItsAttachmentsToManyAreCompressedOnceEach) {
  std::vector<base::SharedBytes> frames;
  for (int i = 0; i < 11; ++i) frames.push_back(frame(i == 0 ? 1 : 2, std::string(2'000, static_cast<char>('a' + i))));
  for (int receiver = 0; receiver < 50; ++receiver) {
    for (const auto& one : frames) (void)deflater_.deflate(one, 15, 1'024);
  }
  EXPECT_EQ(stats_.deflated, 11U);
}

TEST_F(FrameDeflaterTest, HoldsWhatItRemembersUntilTheTurnEndsAndNoLonger) {
  auto sent = frame(2, std::string(2'000, 'x'));
  const std::weak_ptr<const base::Bytes> alive = sent;
  (void)deflater_.deflate(std::move(sent), 15, 1'024);
  EXPECT_FALSE(alive.expired()) << "or another frame could come to lie there";
  deflater_.end_turn();
  EXPECT_TRUE(alive.expired());
}

TEST_F(FrameDeflaterTest, SmallMessagesAndThoseThatDoNotShrinkLeaveAsTheyAre) {
  const auto small = frame(1, std::string(1'023, 'x'));
  EXPECT_EQ(deflater_.deflate(small, 15, 1'024), small);
  EXPECT_EQ(stats_.deflated, 0U);
  const auto enough = frame(1, std::string(1'024, 'x'));
  EXPECT_NE(deflater_.deflate(enough, 15, 1'024), enough);

  std::string noise;
  for (std::uint32_t i = 0, x = 1; i < 3'000; ++i)
    noise.push_back(static_cast<char>((x = x * 1'664'525 + 1'013'904'223) >> 24));
  const auto dense = frame(2, noise);
  EXPECT_EQ(deflater_.deflate(dense, 15, 1'024), dense);
  EXPECT_EQ(deflater_.deflate(dense, 15, 1'024), dense);
  EXPECT_EQ(stats_.deflated, 2U) << "tried once";
}

TEST_F(FrameDeflaterTest, OnlyWholeMessagesAreTouched) {
  for (const auto& other : {base::share(encode_control(Opcode::ping, std::string(125, 'x'))),
                            base::share(encode_close(1000, std::string(100, 'x'))), base::share(""),
                            base::share("\x81"), base::share(std::string("\x81\x7f\x00\x00", 4)),
                            base::share("\x01\x03zzz"), base::share("\xc1\x03zzz"), base::share("zzzzzz")}) {
    EXPECT_EQ(deflater_.deflate(other, 15, 0), other);
  }
  EXPECT_EQ(stats_.deflated, 0U);
}

}  // namespace
}  // namespace skat::net
