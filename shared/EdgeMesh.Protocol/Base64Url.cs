using System;

namespace EdgeMesh.Protocol;

/// <summary>base64url without padding (RFC 4648 section 5), over the base64 that both platforms have.</summary>
public static class Base64Url
{
    /// <summary>The text of some bytes.</summary>
    public static string Encode(byte[] bytes)
    {
        char[] text = Convert.ToBase64String(bytes).ToCharArray();
        int length = text.Length;
        while (length > 0 && text[length - 1] == '=')
        {
            length--;
        }

        return new string(Swap(text, '+', '-', '/', '_'), 0, length);
    }

    /// <summary>The bytes of a text; null where it is not base64url.</summary>
    public static byte[]? Decode(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!alphanumeric && c != '-' && c != '_')
            {
                return null;
            }
        }

        if (text.Length % 4 == 1)
        {
            return null;
        }

        string padding = text.Length % 4 == 2 ? "==" : text.Length % 4 == 3 ? "=" : "";
        return Convert.FromBase64String(new string(Swap(text.ToCharArray(), '-', '+', '_', '/')) + padding);
    }

    private static char[] Swap(char[] text, char from1, char to1, char from2, char to2)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == from1)
            {
                text[i] = to1;
            }
            else if (text[i] == from2)
            {
                text[i] = to2;
            }
        }

        return text;
    }
}
