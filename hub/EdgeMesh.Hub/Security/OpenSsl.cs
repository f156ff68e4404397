using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace EdgeMesh.Hub.Security;

/// <summary>The few functions of OpenSSL 3's libcrypto that .NET does not offer: Ed25519. .NET loads the same library for all else.</summary>
internal static partial class OpenSsl
{
    private const string Library = "libcrypto.so.3";

    // EVP_PKEY_ED25519 of openssl/evp.h (NID_ED25519).
    private const int Ed25519 = 1087;

    /// <summary>The public key of a private one of 32 bytes.</summary>
    internal static byte[] PublicKey(byte[] privateKey)
    {
        using Handle key = PrivateHandle(privateKey);
        byte[] publicKey = new byte[32];
        nuint length = (nuint)publicKey.Length;
        Check(GetRawPublicKey(key, publicKey, ref length) == 1 && length == (nuint)publicKey.Length);
        return publicKey;
    }

    /// <summary>The signature of 64 bytes.</summary>
    internal static byte[] Sign(byte[] privateKey, byte[] message)
    {
        using Handle key = PrivateHandle(privateKey);
        using Context context = NewContext();
        Check(!context.IsInvalid && DigestSignInit(context, 0, 0, 0, key) == 1);
        byte[] signature = new byte[64];
        nuint length = (nuint)signature.Length;
        Check(DigestSign(context, signature, ref length, message, (nuint)message.Length) == 1 && length == (nuint)signature.Length);
        return signature;
    }

    /// <summary>Whether OpenSSL finds the signature right; what it finds of odd encodings is not for us to rely on.</summary>
    internal static bool Verify(byte[] publicKey, byte[] message, byte[] signature)
    {
        using Handle key = NewRawPublicKey(Ed25519, 0, publicKey, (nuint)publicKey.Length);
        using Context context = NewContext();
        Check(!key.IsInvalid && !context.IsInvalid && DigestVerifyInit(context, 0, 0, 0, key) == 1);
        bool valid = DigestVerify(context, signature, (nuint)signature.Length, message, (nuint)message.Length) == 1;
        ClearErrors();
        return valid;
    }

    private static Handle PrivateHandle(byte[] privateKey)
    {
        Handle key = NewRawPrivateKey(Ed25519, 0, privateKey, (nuint)privateKey.Length);
        Check(!key.IsInvalid);
        return key;
    }

    private static void Check(bool succeeded)
    {
        if (!succeeded)
        {
            ClearErrors();
            throw new CryptographicException("OpenSSL refused an Ed25519 operation.");
        }
    }

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_new_raw_private_key")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial Handle NewRawPrivateKey(int type, nint engine, byte[] key, nuint length);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_new_raw_public_key")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial Handle NewRawPublicKey(int type, nint engine, byte[] key, nuint length);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_get_raw_public_key")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetRawPublicKey(Handle key, byte[] publicKey, ref nuint length);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_free")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void FreeKey(nint key);

    [LibraryImport(Library, EntryPoint = "EVP_MD_CTX_new")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial Context NewContext();

    [LibraryImport(Library, EntryPoint = "EVP_MD_CTX_free")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "EVP_DigestSignInit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int DigestSignInit(Context context, nint keyContext, nint digest, nint engine, Handle key);

    [LibraryImport(Library, EntryPoint = "EVP_DigestSign")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int DigestSign(Context context, byte[] signature, ref nuint signatureLength, byte[] message, nuint length);

    [LibraryImport(Library, EntryPoint = "EVP_DigestVerifyInit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int DigestVerifyInit(Context context, nint keyContext, nint digest, nint engine, Handle key);

    [LibraryImport(Library, EntryPoint = "EVP_DigestVerify")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int DigestVerify(Context context, byte[] signature, nuint signatureLength, byte[] message, nuint length);

    // Errors left in the thread's queue would be taken for those of a later call, such as one of .NET's.
    [LibraryImport(Library, EntryPoint = "ERR_clear_error")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void ClearErrors();

    private sealed class Handle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle()
        {
            FreeKey(handle);
            return true;
        }
    }

    private sealed class Context() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle()
        {
            FreeContext(handle);
            return true;
        }
    }
}
