namespace EdgeMesh.Protocol;

/// <summary>Lower-case hexadecimal. nanoFramework has no <c>Convert.ToHexString</c>.</summary>
public static class Hex
{
    private const string Digits = "0123456789abcdef";

    /// <summary>The value of a hex digit of either case; -1 where it is none.</summary>
    public static int ValueOf(char c)
    {
        if (c >= '0' && c <= '9')
        {
            return c - '0';
        }

        if (c >= 'a' && c <= 'f')
        {
            return c - 'a' + 10;
        }

        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    }

    /// <summary>Whether the text consists of lower-case hex digits.</summary>
    public static bool IsHex(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (Digits.IndexOf(text[i]) < 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Two digits a byte.</summary>
    public static string Encode(byte[] bytes)
    {
        char[] text = new char[bytes.Length * 2];
        for (int i = 0; i < bytes.Length; i++)
        {
            text[2 * i] = Digits[bytes[i] >> 4];
            text[(2 * i) + 1] = Digits[bytes[i] & 15];
        }

        return new string(text);
    }

    /// <summary>The bytes of an even number of hex digits; null where it is something else.</summary>
    public static byte[]? Decode(string text)
    {
        if (text.Length % 2 != 0)
        {
            return null;
        }

        byte[] bytes = new byte[text.Length / 2];
        for (int i = 0; i < bytes.Length; i++)
        {
            int high = ValueOf(text[2 * i]);
            int low = ValueOf(text[(2 * i) + 1]);
            if (high < 0 || low < 0)
            {
                return null;
            }

            bytes[i] = (byte)((high << 4) | low);
        }

        return bytes;
    }
}
