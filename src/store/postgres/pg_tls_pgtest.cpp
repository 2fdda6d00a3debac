// TLS and log-in, with certificates made on the spot.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "store/postgres/testing/database.hpp"
#include "store/postgres/testing/node.hpp"
#include "store/postgres/testing/server.hpp"

namespace skat::store::postgres::testing {
namespace {

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// An authority, a server for 127.0.0.1 and localhost, a client called skat, and an authority that signed none of them.
class Certificates {
 public:
  Certificates() {
    authority("ca");
    authority("stranger");
    sign("server", "/CN=localhost", "subjectAltName=IP:127.0.0.1,DNS:localhost");
    sign("client", "/CN=skat", "extendedKeyUsage=clientAuth");
  }
  [[nodiscard]] fs::path path(const std::string& name) const { return folder_.path() / name; }
  [[nodiscard]] std::string text(const std::string& name) const { return text_of(path(name)); }

 private:
  void openssl(const std::string& arguments) const {
    std::vector<std::string> command{"/usr/bin/openssl"};
    std::istringstream words(arguments);
    command.insert(command.end(), std::istream_iterator<std::string>(words), {});
    run_to_end(folder_.path(), path("openssl.log"), command);
  }
  void authority(const std::string& name) const {
    openssl(
        fmt::format("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout {0}.key -out {0}.pem -days 2"
                    " -subj /CN=test-authority-{0}",
                    name));
  }
  void sign(const std::string& name, const std::string& subject, const std::string& extension) const {
    folder_.write(name + ".ext", extension + "\n");
    openssl(fmt::format("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout {0}.key -out {0}.csr -subj {1}",
                        name, subject));
    openssl(
        fmt::format("x509 -req -in {0}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -CAserial {0}.srl -out {0}.pem"
                    " -days 2 -extfile {0}.ext",
                    name));
  }
  Folder folder_;
};

class PgTlsTest : public ::testing::Test {
 protected:
  // The role `guest` logs in with a password, `skat` with a certificate of its name.
  void SetUp() override {
    Psql admin(server_.url("postgres", "?sslmode=disable"));
    admin.run("CREATE ROLE guest LOGIN PASSWORD 'right' SUPERUSER");
  }
  [[nodiscard]] std::string url(const std::string& host, const std::string& user = "skat") const {
    return fmt::format("postgres://{}@{}:{}/postgres?hostaddr=127.0.0.1", user, host, server_.port());
  }
  [[nodiscard]] Config plain(const std::string& host) const {
    Config config = parse_url(url(host)).config;
    config.connect_timeout = config.read_timeout = config.directory_timeout = std::chrono::seconds(20);
    return config;
  }
  [[nodiscard]] Config with_files(const std::string& host) const {
    Config config = plain(host);
    config.ca_file = certificates_.path("ca.pem");
    config.certificate_file = certificates_.path("client.pem");
    config.key_file = certificates_.path("client.key");
    return config;
  }
  [[nodiscard]] Config with_text(const std::string& host) const {
    Config config = plain(host);
    config.ca_pem = certificates_.text("ca.pem");
    config.certificate_pem = certificates_.text("client.pem");
    config.key_pem = certificates_.text("client.key");
    return config;
  }
  // Empty: it opened.
  std::string problem_of(const Config& config) {
    base::testing::ManualExecutor executor;
    return open_postgres_store(config, executor).problem;
  }

  Certificates certificates_;
  PostgresServer server_{
      "ssl = on\nssl_cert_file = '../server.pem'\nssl_key_file = '../server.key'\n"
      "ssl_ca_file = '../ca.pem'",
      "hostssl all skat 127.0.0.1/32 cert\nhostssl all guest 127.0.0.1/32 scram-sha-256",
      {{"server.pem", certificates_.text("server.pem")},
       {"server.key", certificates_.text("server.key")},
       {"ca.pem", certificates_.text("ca.pem")}}};
};

TEST_F(PgTlsTest, TheServerIsVerifiedAndTheClientByItsCertificateFromFilesOrText) {
  for (const Config& config : {with_files("localhost"), with_text("localhost"), with_text("127.0.0.1")}) {
    Node node(config);
    ASSERT_TRUE(node.load());
    EXPECT_TRUE(node.newest(kRoom));
    EXPECT_EQ(Psql(server_.url("postgres", "?sslmode=disable"))
                  .run("SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
                       " WHERE application_name = 'skat'"),
              "t");
  }
}

TEST_F(PgTlsTest, AHostThatTheCertificateDoesNotNameIsRefused) {
  const auto problem = problem_of(with_files("wrong.example"));
  EXPECT_NE(problem.find("wrong.example"), std::string::npos) << problem;
}

TEST_F(PgTlsTest, AnAuthorityThatDidNotSignTheServerIsRefused) {
  auto config = with_text("localhost");
  config.ca_pem = certificates_.text("stranger.pem");
  EXPECT_NE(problem_of(config).find("certificate verify failed"), std::string::npos) << problem_of(config);
}

TEST_F(PgTlsTest, ABundleOfAuthoritiesIsAllowed) {
  auto config = with_text("localhost");
  config.ca_pem = certificates_.text("stranger.pem") + certificates_.text("ca.pem");
  EXPECT_EQ(problem_of(config), "");
}

TEST_F(PgTlsTest, AMissingCertificateIsRefusedWithAReason) {
  auto config = with_files("localhost");
  config.certificate_file.clear();
  config.key_file.clear();
  EXPECT_NE(problem_of(config).find("certificate"), std::string::npos);
  config = with_files("localhost");
  config.ca_file += ".none";
  EXPECT_NE(problem_of(config).find("ca.pem.none"), std::string::npos);
}

TEST_F(PgTlsTest, AWrongPasswordIsRefusedAndNotRepeated) {
  Config config = with_files("localhost");
  config.certificate_file.clear();
  config.key_file.clear();
  config.url = url("localhost", "guest:right");
  EXPECT_EQ(problem_of(config), "");
  config.url = url("localhost", "guest:wr0ng");
  const auto problem = problem_of(config);
  EXPECT_NE(problem.find("password authentication failed"), std::string::npos) << problem;
  EXPECT_EQ(problem.find("wr0ng"), std::string::npos) << problem;
}

}  // namespace
}  // namespace skat::store::postgres::testing
