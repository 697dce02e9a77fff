#include "crypto/seal.h"

#include <openssl/evp.h>

#include <memory>

namespace twinlock {
namespace {

struct CipherDeleter {
  void operator()(EVP_CIPHER* cipher) const noexcept { ::EVP_CIPHER_free(cipher); }
  void operator()(EVP_CIPHER_CTX* context) const noexcept { ::EVP_CIPHER_CTX_free(context); }
};

enum class Direction { kDecrypt = 0, kEncrypt = 1 };

Error seal_refused() { return {Error::Code::kCrypto, "AES-256-GCM", "OpenSSL seal_refused to work", ""}; }

/// A started operation that has taken in the associated data; wipes its key when destroyed.
class Operation {
 public:
  bool start(const SealInput& input, Direction direction) {
    if (input.key.size() != kSealKeyBytes || input.nonce.size() != kSealNonceBytes) return false;
    cipher_.reset(::EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr));
    context_.reset(::EVP_CIPHER_CTX_new());
    if (!cipher_ || !context_) return false;
    int ignored = 0;
    return ::EVP_CipherInit_ex2(context_.get(), cipher_.get(), input.key.data(), input.nonce.data(),
                                static_cast<int>(direction), nullptr) == 1 &&
           ::EVP_CipherUpdate(context_.get(), nullptr, &ignored, input.associated.data(),
                              static_cast<int>(input.associated.size())) == 1;
  }
  bool update(std::span<const std::uint8_t> in, std::uint8_t* out) {
    int length = 0;
    return ::EVP_CipherUpdate(context_.get(), out, &length, in.data(), static_cast<int>(in.size())) == 1 &&
           static_cast<std::size_t>(length) == in.size();
  }
  bool finish() {
    int length = 0;
    std::uint8_t nothing[kSealTagBytes];
    return ::EVP_CipherFinal_ex(context_.get(), nothing, &length) == 1;
  }
  bool get_tag(std::uint8_t* tag) {
    return ::EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, kSealTagBytes, tag) == 1;
  }
  bool expect_tag(std::span<const std::uint8_t> tag) {
    return ::EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_TAG, kSealTagBytes,
                                 const_cast<std::uint8_t*>(tag.data())) == 1;  // OpenSSL only reads it
  }

 private:
  std::unique_ptr<EVP_CIPHER, CipherDeleter> cipher_;
  std::unique_ptr<EVP_CIPHER_CTX, CipherDeleter> context_;
};

}  // namespace

Result<void> seal(const SealInput& input, std::span<const std::uint8_t> plain, std::span<std::uint8_t> sealed) {
  Operation operation;
  if (sealed.size() != plain.size() + kSealTagBytes || !operation.start(input, Direction::kEncrypt) ||
      !operation.update(plain, sealed.data()) || !operation.finish() ||
      !operation.get_tag(sealed.data() + plain.size())) {
    return seal_refused();
  }
  return done();
}

Result<SecretBytes> unseal(const SealInput& input, std::span<const std::uint8_t> sealed) {
  if (sealed.size() < kSealTagBytes) return seal_refused();
  const auto cipher_text = sealed.first(sealed.size() - kSealTagBytes);
  Operation operation;
  SecretBytes plain(cipher_text.size());
  if (!operation.start(input, Direction::kDecrypt) || !operation.update(cipher_text, plain.bytes().data()) ||
      !operation.expect_tag(sealed.last(kSealTagBytes))) {
    return seal_refused();
  }
  if (!operation.finish()) {
    return Error{Error::Code::kStore, "sealed data", "is damaged or was sealed with another key", ""};
  }
  return plain;
}

}  // namespace twinlock
