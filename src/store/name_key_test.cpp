#include "store/name_key.hpp"

#include <gtest/gtest.h>

namespace skat::store {
namespace {

TEST(NameKey, FoldsLatinGreekCyrillicAndWhatElseHasCase) {
  EXPECT_EQ(name_key("Skat Night 42"), "skat night 42");
  EXPECT_EQ(name_key("ÀÉÎÕÜÇŠŽŁØÞ"), "àéîõüçšžłøþ");
  EXPECT_EQ(name_key("ΑΣΩς"), "ασωσ");
  EXPECT_EQ(name_key("ПРИВЕТ Ёж"), "привет ёж");
  EXPECT_EQ(name_key("Աբ"), "աբ");
  EXPECT_EQ(name_key("Ⅷ Ⓐ Ａ"), "ⅷ ⓐ ａ");
  EXPECT_EQ(name_key("𐐀"), "𐐨");
}

TEST(NameKey, FoldsOneCodePointToOne) {
  EXPECT_EQ(name_key("Straße"), "straße");
  EXPECT_EQ(name_key("STRAẞE"), "straße");
  EXPECT_EQ(name_key("STRASSE"), "strasse");
  EXPECT_EQ(name_key("İ"), "İ");  // has a full folding only
}

TEST(NameKey, LeavesWhatHasNoCase) {
  EXPECT_EQ(name_key("ß ı ĸ 日本 ٣ 🂡 ×÷"), "ß ı ĸ 日本 ٣ 🂡 ×÷");
}

TEST(NameKey, DropsSpaceAtBothEndsOnly) {
  EXPECT_EQ(name_key(" \t\xc2\xa0\xe3\x80\x80"
                     "A  b\xe2\x80\x83\n"),
            "a  b");
  EXPECT_EQ(name_key("a\xe2\x80\x8b"), "a\xe2\x80\x8b");  // zero-width space is no white space
}

TEST(NameKey, IsEmptyForTheEmptyNameOnly) {
  EXPECT_EQ(name_key(""), "");
  EXPECT_EQ(name_key("  "), "  ");
}

TEST(NameKey, IsItsOwnKey) {
  for (const char* name : {" Ǆ ǅ Ḁ Ᾰ K Å ſ", "ϴθϑ", "ᏸꮿ", "Ა", "𞤀𞤢"})
    EXPECT_EQ(name_key(name_key(name)), name_key(name)) << name;
}

TEST(NameKey, KeepsBytesThatAreNoText) {
  EXPECT_EQ(name_key("A\xff"), "A\xff");
}

}  // namespace
}  // namespace skat::store
