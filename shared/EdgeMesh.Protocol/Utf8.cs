namespace EdgeMesh.Protocol;

/// <summary>Well-formed UTF-8 (RFC 3629). Decoders differ in what they make of the rest, so the rest is refused.</summary>
public static class Utf8
{
    /// <summary>As much of the beginning of a text as takes at most <paramref name="maxBytes"/> bytes; no character is cut.</summary>
    public static string Cut(string text, int maxBytes)
    {
        char[] chars = text.ToCharArray();
        int bytes = 0;
        for (int i = 0; i < chars.Length; i++)
        {
            bool pair = IsPair(chars, i);
            bytes += pair ? 4 : BytesOf(chars[i]);
            if (bytes > maxBytes)
            {
                return text.Substring(0, i);
            }

            i += pair ? 1 : 0;
        }

        return text;
    }

    /// <summary>Whether a text takes at most so many bytes.</summary>
    public static bool Fits(string text, int maxBytes) => text.Length <= maxBytes && Cut(text, maxBytes).Length == text.Length;

    private static bool IsPair(char[] text, int i) =>
        text[i] >= '\ud800' && text[i] <= '\udbff' && i + 1 < text.Length && text[i + 1] >= '\udc00' && text[i + 1] <= '\udfff';

    private static int BytesOf(char c) => c < '\u0080' ? 1 : c < '\u0800' ? 2 : 3;

    /// <summary>Whether the first <paramref name="count"/> bytes are well-formed UTF-8.</summary>
    public static bool IsValid(byte[] bytes, int count)
    {
        int i = 0;
        while (i < count)
        {
            int lead = bytes[i];
            if (lead < 0x80)
            {
                i++;
                continue;
            }

            int length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
            if (lead < 0xc2 || lead > 0xf4 || i + length > count)
            {
                return false;
            }

            int second = bytes[i + 1];
            bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
            bool outside = (lead == 0xed && second > 0x9f) || (lead == 0xf4 && second > 0x8f);
            if (overlong || outside)
            {
                return false;
            }

            for (int k = 1; k < length; k++)
            {
                if ((bytes[i + k] & 0xc0) != 0x80)
                {
                    return false;
                }
            }

            i += length;
        }

        return true;
    }
}
