namespace EdgeMesh.Protocol;

/// <summary>CRC-32 as in IEEE 802.3 and zlib (polynomial 0xEDB88320, reflected): <c>binascii.crc32</c> on MicroPython.</summary>
public static class Crc32
{
    private const uint Polynomial = 0xedb88320;

    /// <summary>The checksum of the first <paramref name="count"/> bytes.</summary>
    public static uint Compute(byte[] bytes, int count)
    {
        uint crc = 0xffffffff;
        for (int i = 0; i < count; i++)
        {
            crc ^= bytes[i];
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ Polynomial : crc >> 1;
            }
        }

        return ~crc;
    }
}
