#include "app/data_directory.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "app/errors.hpp"

namespace skat::app {
namespace {

class DataDirectoryTest : public testing::Test {
 protected:
  DataDirectoryTest() {
    std::string name = std::filesystem::temp_directory_path() / "skat-data-XXXXXX";
    folder = ::mkdtemp(name.data());
  }
  ~DataDirectoryTest() override { std::filesystem::remove_all(folder); }

  std::string refusal(const std::filesystem::path& path) {
    try {
      const DataDirectory data(path);
    } catch (const StartError& error) {
      return error.what();
    }
    return {};
  }

  std::filesystem::path folder;
};

TEST_F(DataDirectoryTest, IsMadeForItsOwnerOnly) {
  const DataDirectory data(folder / "a" / "b");
  EXPECT_EQ(std::filesystem::status(folder / "a" / "b").permissions(), std::filesystem::perms::owner_all);
}

TEST_F(DataDirectoryTest, IsRefusedToASecondAndNamesTheHolder) {
  const DataDirectory data(folder);
  const auto message = refusal(folder);
  EXPECT_NE(message.find(std::to_string(::getpid())), std::string::npos) << message;
}

TEST_F(DataDirectoryTest, IsFreeAgainAfterItsHolder) {
  {
    const DataDirectory data(folder);
  }
  EXPECT_EQ(refusal(folder), "");
}

TEST_F(DataDirectoryTest, AFileInTheWayIsNamed) {
  std::ofstream(folder / "file") << "x";
  EXPECT_NE(refusal(folder / "file" / "data").find("file/data"), std::string::npos);
}

}  // namespace
}  // namespace skat::app
