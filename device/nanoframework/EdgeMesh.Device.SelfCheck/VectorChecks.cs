using System;
using System.Collections;
using System.Text;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Device.SelfCheck;

/// <summary>What is checked of the cases of one file, and short ways into them.</summary>
internal abstract class VectorChecks
{
    /// <summary>Whether the members that belong to all cases are one themselves.</summary>
    internal virtual bool HasHead => false;

    /// <summary>Checks a case.</summary>
    /// <param name="list">The list that it stands in; empty for what belongs to all cases.</param>
    /// <param name="item">The case.</param>
    /// <returns>Empty, or why it failed.</returns>
    internal abstract string Check(string list, object? item);

    internal static string Text(JsonObject o, string member) => (string)(o.Get(member) ?? throw new ArgumentException("no member " + member));

    internal static long Number(JsonObject o, string member) => (long)(o.Get(member) ?? throw new ArgumentException("no member " + member));

    internal static bool Flag(JsonObject o, string member) => (bool)(o.Get(member) ?? throw new ArgumentException("no member " + member));

    internal static JsonObject Object(JsonObject o, string member) => (JsonObject)(o.Get(member) ?? throw new ArgumentException("no member " + member));

    internal static ArrayList List(JsonObject o, string member) => (ArrayList)(o.Get(member) ?? throw new ArgumentException("no member " + member));

    internal static byte[] Bytes(JsonObject o, string member) => Hex.Decode(Text(o, member)) ?? throw new ArgumentException(member + " is not hex");

    internal static byte[] Utf8Of(JsonObject o, string member) => Encoding.UTF8.GetBytes(Text(o, member));

    internal static string[] Strings(ArrayList list)
    {
        string[] strings = new string[list.Count];
        list.CopyTo(strings);
        return strings;
    }

    internal static string TextOf(byte[]? utf8) => utf8 == null ? "nothing" : Encoding.UTF8.GetString(utf8, 0, utf8.Length);

    internal static string HexOf(byte[]? bytes) => bytes == null ? "nothing" : Hex.Encode(bytes);

    /// <summary>Empty where it is true.</summary>
    internal static string True(bool right, string what) => right ? "" : what;

    /// <summary>Empty where they are the same.</summary>
    internal static string Same(string expected, string actual, string what) => expected == actual ? "" : what + " is " + actual + ", not " + expected;

    /// <summary>The first that is not empty.</summary>
    internal static string First(params string[] verdicts)
    {
        for (int i = 0; i < verdicts.Length; i++)
        {
            if (verdicts[i].Length > 0)
            {
                return verdicts[i];
            }
        }

        return "";
    }

    internal static JsonObject Parse(string text) => JsonReader.Parse(text, out string problem) ?? throw new ArgumentException(problem);

    /// <summary>Whether two parsed values are the same; of objects all members but one, in any order.</summary>
    internal static bool AreSame(object? a, object? b, string apart = "")
    {
        if (a is JsonObject o && b is JsonObject p)
        {
            foreach (object name in o.MemberNames)
            {
                if ((string)name != apart && (!p.Has((string)name) || !AreSame(o.Get((string)name), p.Get((string)name))))
                {
                    return false;
                }
            }

            return o.MemberNames.Count - (o.Has(apart) ? 1 : 0) == p.MemberNames.Count - (p.Has(apart) ? 1 : 0);
        }

        if (a is ArrayList l && b is ArrayList m)
        {
            bool same = l.Count == m.Count;
            for (int i = 0; same && i < l.Count; i++)
            {
                same = AreSame(l[i], m[i]);
            }

            return same;
        }

        return a == null ? b == null : a.Equals(b);
    }
}
