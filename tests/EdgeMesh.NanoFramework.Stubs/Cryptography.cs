// Signatures: github.com/nanoframework/System.Security.Cryptography v1.0.43, System.Security.Cryptography/{Aes,CipherMode,HMACSHA256,HMACSHA512}.cs.
namespace System.Security.Cryptography
{
    public enum CipherMode
    {
        None = 0,
        CBC = 1,
        ECB = 2,
    }

    public class Aes
    {
        public Aes(CipherMode mode) => Mode = mode;

        public CipherMode Mode { get; set; }

        public byte[]? Key { get; set; }

        public byte[] Encrypt(byte[] data)
        {
            if (Mode != CipherMode.ECB)
            {
                throw new NotSupportedException();
            }

#pragma warning disable SYSLIB0021 // .NET's own Aes is hidden by this one.
            using AesManaged aes = new();
#pragma warning restore SYSLIB0021
            aes.Padding = PaddingMode.None;
            byte[] result = new byte[data.Length];
            for (int i = 0; i < data.Length; i += 16)
            {
                // Chained to nothing, a block is what it is in ECB, whose .NET name the enumeration above hides.
                using ICryptoTransform block = aes.CreateEncryptor(Key!, new byte[16]);
                block.TransformBlock(data, i, 16, result, i);
            }

            return result;
        }
    }

    public class HMACSHA256
    {
        public static byte[] HashData(byte[] key, byte[] source) => StubHmac.Compute(HashAlgorithmName.SHA256, key, source);
    }

    public class HMACSHA512
    {
        public static byte[] HashData(byte[] key, byte[] source) => StubHmac.Compute(HashAlgorithmName.SHA512, key, source);
    }

    internal static class StubHmac
    {
        internal static byte[] Compute(HashAlgorithmName name, byte[] key, byte[] source)
        {
            using IncrementalHash hash = IncrementalHash.CreateHMAC(name, key);
            hash.AppendData(source);
            return hash.GetHashAndReset();
        }
    }
}
