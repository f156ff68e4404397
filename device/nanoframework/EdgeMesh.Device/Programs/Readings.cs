using System;
using System.Collections;
using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Device.Programs;

/// <summary>Names and values that a program publishes, as members of one JSON object.</summary>
public sealed class Readings
{
    private readonly ArrayList _names = new ArrayList();
    private readonly ArrayList _values = new ArrayList();

    /// <summary>Adds a whole number.</summary>
    public Readings Add(string name, long value) => AddRaw(name, value.ToString());

    /// <summary>Adds a number; one that JSON cannot say (NaN, infinity) becomes null.</summary>
    public Readings Add(string name, double value) =>
        AddRaw(name, double.IsNaN(value) || double.IsInfinity(value) ? "null" : value.ToString());

    /// <summary>Adds a yes or no.</summary>
    public Readings Add(string name, bool value) => AddRaw(name, value ? "true" : "false");

    /// <summary>Adds a text.</summary>
    public Readings Add(string name, string value)
    {
        string alone = new JsonWriter().Add("", value).ToString();
        int from = alone.IndexOf(':') + 1;
        return AddRaw(name, alone.Substring(from, alone.Length - from - 1));
    }

    /// <summary>The readings as an object that signing may append to.</summary>
    internal JsonWriter ToJson()
    {
        JsonWriter json = new JsonWriter();
        for (int i = 0; i < _names.Count; i++)
        {
            json.AddRaw((string)_names[i]!, (string)_values[i]!);
        }

        return json;
    }

    // What goes out is signed, and signing appends members of its own; a name that stood twice would make the hub refuse it all.
    private Readings AddRaw(string name, string json)
    {
        if (name == "n" || name == "mac" || name == "enc" || _names.Contains(name))
        {
            throw new ArgumentException("A reading cannot be called \"" + name + "\": the name is taken; use another.");
        }

        _names.Add(name);
        _values.Add(json);
        return this;
    }
}
