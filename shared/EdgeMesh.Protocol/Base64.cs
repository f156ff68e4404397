using System;

namespace EdgeMesh.Protocol;

/// <summary>base64 with padding (RFC 4648 section 4), total: the runtimes' own decoders throw, each in its way.</summary>
public static class Base64
{
    /// <summary>The bytes of a text; null where it is not base64.</summary>
    public static byte[]? Decode(string text)
    {
        char[] chars = text.ToCharArray();
        int length = chars.Length;
        while (length > 0 && chars.Length - length < 2 && chars[length - 1] == '=')
        {
            length--;
        }

        for (int i = 0; i < length; i++)
        {
            char c = chars[i];
            bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!alphanumeric && c != '+' && c != '/')
            {
                return null;
            }
        }

        return chars.Length % 4 == 0 ? Convert.FromBase64String(text) : null;
    }
}
