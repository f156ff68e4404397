using System.Collections;
using EdgeMesh.Contracts;

namespace EdgeMesh.Protocol.Json;

/// <summary>A parsed JSON object. Values are string, long, double, bool, null, <see cref="JsonObject"/> or <see cref="ArrayList"/>.</summary>
/// <remarks>
/// The typed getters never throw: a member that is missing, of another type or out of range sets <see cref="Problem"/> once and
/// gives a default, so that a codec reads all members first and asks once.
/// </remarks>
public sealed class JsonObject
{
    private readonly Hashtable _members = new Hashtable();

    /// <summary>The first thing a getter found wrong, as a sentence; empty while all is well.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>The names of the members, in no order.</summary>
    public ICollection MemberNames => _members.Keys;

    /// <summary>Whether a member of that name is there.</summary>
    public bool Has(string name) => _members.Contains(name);

    /// <summary>The member's value as parsed; null where it is missing.</summary>
    public object? Get(string name) => _members[name];

    /// <summary>The member as a string of 0 to <paramref name="maxLength"/> bytes of UTF-8, since languages count characters differently.</summary>
    public string String(string name, int maxLength)
    {
        object? value = _members[name];
        if (value is string text && Utf8.Fits(text, maxLength))
        {
            return text;
        }

        Note(name, "a string of at most " + maxLength.ToString() + " bytes");
        return "";
    }

    /// <summary>As <see cref="String"/>, empty where the member is missing.</summary>
    public string OptionalString(string name, int maxLength) => Has(name) ? String(name, maxLength) : "";

    /// <summary>The member as lower-case hex digits of exactly <paramref name="digits"/> characters.</summary>
    public string Hex(string name, int digits)
    {
        string text = String(name, digits);
        if (text.Length != digits || !Protocol.Hex.IsHex(text))
        {
            Note(name, digits.ToString() + " lower-case hex digits");
            return "";
        }

        return text;
    }

    /// <summary>The member as an id by the grammar of <see cref="Names"/>.</summary>
    public string Name(string name)
    {
        string text = String(name, Limits.NameLength);
        if (!Names.IsValid(text))
        {
            Note(name, Names.Grammar);
        }

        return text;
    }

    /// <summary>The member as a whole number from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public long Integer(string name, long min, long max)
    {
        object? value = _members[name];
        if (value is long number && number >= min && number <= max)
        {
            return number;
        }

        Note(name, "a whole number from " + min.ToString() + " to " + max.ToString());
        return min;
    }

    /// <summary>As <see cref="Integer"/>, <paramref name="fallback"/> where the member is missing.</summary>
    public long OptionalInteger(string name, long min, long max, long fallback) => Has(name) ? Integer(name, min, max) : fallback;

    /// <summary>The member as an array of strings, each of at most <paramref name="maxLength"/> bytes; empty where it is missing.</summary>
    public string[] OptionalStrings(string name, int maxCount, int maxLength)
    {
        if (!Has(name))
        {
            return new string[0];
        }

        if (_members[name] is ArrayList list && list.Count <= maxCount)
        {
            string[] strings = new string[list.Count];
            for (int i = 0; i < strings.Length; i++)
            {
                if (list[i] is string text && Utf8.Fits(text, maxLength))
                {
                    strings[i] = text;
                }
                else
                {
                    Note(name, "strings of at most " + maxLength.ToString() + " bytes");
                    return new string[0];
                }
            }

            return strings;
        }

        Note(name, "an array of at most " + maxCount.ToString() + " strings");
        return new string[0];
    }

    /// <summary>The member as an object; null where it is missing.</summary>
    public JsonObject? OptionalObject(string name)
    {
        if (!Has(name))
        {
            return null;
        }

        if (_members[name] is JsonObject nested)
        {
            return nested;
        }

        Note(name, "an object");
        return null;
    }

    /// <summary>The member as an array of objects; empty where it is missing.</summary>
    public JsonObject[] OptionalObjects(string name, int maxCount)
    {
        ArrayList? list = Has(name) ? _members[name] as ArrayList : new ArrayList();
        if (list == null || list.Count > maxCount)
        {
            Note(name, "an array of at most " + maxCount.ToString() + " objects");
            return new JsonObject[0];
        }

        JsonObject[] objects = new JsonObject[list.Count];
        for (int i = 0; i < objects.Length; i++)
        {
            if (list[i] is JsonObject nested)
            {
                objects[i] = nested;
            }
            else
            {
                Note(name, "an array of objects");
                return new JsonObject[0];
            }
        }

        return objects;
    }

    /// <summary>Notes that a member is not what it must be.</summary>
    public void Note(string name, string wanted)
    {
        if (Problem.Length == 0)
        {
            Problem = "member \"" + name + "\" must be " + wanted;
        }
    }

    internal bool TryAdd(string name, object? value)
    {
        if (_members.Contains(name))
        {
            return false;
        }

        _members.Add(name, value);
        return true;
    }
}
