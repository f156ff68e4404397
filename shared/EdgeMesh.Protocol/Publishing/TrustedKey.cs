using System.Text;
using EdgeMesh.Contracts;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Protocol.Publishing;

/// <summary>A publisher's key (Ed25519) that may sign manifests of one kind.</summary>
public sealed class TrustedKey
{
    /// <summary>The key that a person configured, in hex: <see cref="Key"/> itself, or the one whose place it took.</summary>
    public string Pin { get; set; } = "";

    /// <summary>The kind of image, by <see cref="ImageKinds"/>.</summary>
    public string Kind { get; set; } = "";

    /// <summary>The key, in hex.</summary>
    public string Key { get; set; } = "";

    /// <summary>Sequence of the statement that brought it; 0 for a configured one. It only grows.</summary>
    public long Sequence { get; set; }

    /// <summary>The keys of one configured publisher, one for each kind it may sign.</summary>
    public static TrustedKey[] Configured(string key, string[] kinds)
    {
        TrustedKey[] keys = new TrustedKey[kinds.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = new TrustedKey { Pin = key, Kind = kinds[i], Key = key };
        }

        return keys;
    }

    /// <summary>The keys trusted now: those that took a configured one's place stand for it; what descends from no configured key counts nothing.</summary>
    public static TrustedKey[] Effective(TrustedKey[] configured, TrustedKey[] successors)
    {
        TrustedKey[] effective = new TrustedKey[configured.Length];
        for (int i = 0; i < effective.Length; i++)
        {
            int at = IndexOf(successors, configured[i].Pin, configured[i].Kind);
            effective[i] = at < 0 ? configured[i] : successors[at];
        }

        return effective;
    }

    /// <summary>The successors once an image of this signer is confirmed.</summary>
    public static TrustedKey[] After(TrustedKey[] successors, TrustedKey? signer)
    {
        if (signer == null || signer.Sequence == 0)
        {
            return successors;
        }

        int at = IndexOf(successors, signer.Pin, signer.Kind);
        if (at >= 0 && successors[at].Sequence >= signer.Sequence)
        {
            return successors;
        }

        // Where all places are taken the oldest goes: it descends from a key that is configured no longer, since a device takes fewer.
        int dropped = at >= 0 ? at : successors.Length == Limits.PublishersMax ? 0 : -1;
        TrustedKey[] after = new TrustedKey[successors.Length + (dropped < 0 ? 1 : 0)];
        int count = 0;
        for (int i = 0; i < successors.Length; i++)
        {
            if (i != dropped)
            {
                after[count++] = successors[i];
            }
        }

        after[count] = signer;
        return after;
    }

    /// <summary>Whether images of a kind must be signed: where a key for it is trusted.</summary>
    public static bool MustBeSigned(TrustedKey[] trusted, string kind)
    {
        for (int i = 0; i < trusted.Length; i++)
        {
            if (trusted[i].Kind == kind)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The trusted key for a kind; null where it is not trusted.</summary>
    public static TrustedKey? Find(TrustedKey[] trusted, string key, string kind)
    {
        for (int i = 0; i < trusted.Length; i++)
        {
            if (trusted[i].Key == key && trusted[i].Kind == kind)
            {
                return trusted[i];
            }
        }

        return null;
    }

    /// <summary>Whether a signature found right under this key earlier still counts.</summary>
    public bool HoldsUnder(TrustedKey[] trusted)
    {
        int at = IndexOf(trusted, Pin, Kind);
        return at >= 0 && (trusted[at].Key == Key || trusted[at].Sequence < Sequence);
    }

    /// <summary>Its members.</summary>
    public JsonWriter Write() => new JsonWriter().Add("pin", Pin).Add("kind", Kind).Add("key", Key).Add("sequence", Sequence);

    /// <summary>An array of keys as JSON text.</summary>
    public static string Write(TrustedKey[] keys)
    {
        StringBuilder text = new StringBuilder();
        text.Append('[');
        for (int i = 0; i < keys.Length; i++)
        {
            text.Append(i == 0 ? "" : ",");
            text.Append(keys[i].Write().ToString());
        }

        text.Append(']');
        return text.ToString();
    }

    /// <summary>Reads it; ask the object for its problem.</summary>
    public static TrustedKey Read(JsonObject o) => new TrustedKey
    {
        Pin = o.Hex("pin", Limits.PublisherKeyLength),
        Kind = o.String("kind", Limits.NameLength),
        Key = o.Hex("key", Limits.PublisherKeyLength),
        Sequence = o.Integer("sequence", 0, JsonReader.IntegerMax),
    };

    private static int IndexOf(TrustedKey[] keys, string pin, string kind)
    {
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i].Pin == pin && keys[i].Kind == kind)
            {
                return i;
            }
        }

        return -1;
    }
}
