using System;
using System.Text;

namespace EdgeMesh.Protocol.Crypto;

/// <summary>The strings that CPace hashes (draft-irtf-cfrg-cpace-21, 7.1 and appendix A).</summary>
internal static class CPaceStrings
{
    /// <summary>What sets the key apart from all else that is hashed: G.DSI and "_ISK".</summary>
    internal static readonly byte[] KeyLabel = Encoding.UTF8.GetBytes("CPace255_ISK");

    private static readonly byte[] Label = Encoding.UTF8.GetBytes("CPace255");

    /// <summary>
    /// What the generator is made of (generator_string). Zeros fill up the block that has the password in it, so that its hash neither
    /// shows the password's length nor mixes it with what an attacker knows.
    /// </summary>
    internal static byte[] Generator(byte[] prs, byte[] ci, byte[] sid)
    {
        byte[] start = Concatenate(Label, prs);
        byte[] zeros = new byte[Math.Max(0, Sha512.BlockBytes - 1 - start.Length)];
        return Bytes.Join(start, Concatenate(zeros, ci, sid));
    }

    /// <summary>Each string after its length (lv_cat), which makes one reading possible only.</summary>
    internal static byte[] Concatenate(params byte[][] strings)
    {
        byte[] result = new byte[0];
        for (int i = 0; i < strings.Length; i++)
        {
            result = Bytes.Join(result, Length(strings[i].Length), strings[i]);
        }

        return result;
    }

    // LEB128.
    private static byte[] Length(int length)
    {
        byte[] result = new byte[length < 1 << 7 ? 1 : length < 1 << 14 ? 2 : 3];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = (byte)(((length >> (7 * i)) & 127) | (i < result.Length - 1 ? 128 : 0));
        }

        return result;
    }
}
