using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.Extensions.Configuration;

namespace EdgeMesh.Hub.Configuration;

/// <summary>Something about the configuration that its owner should know.</summary>
/// <param name="Severity"><c>error</c>: the hub does not start, or does not do what was meant; <c>warning</c>: it does, and should not.</param>
/// <param name="Key">The setting; empty where it is about none.</param>
/// <param name="Place">Where it was set; empty where nowhere.</param>
/// <param name="Message">What, why, and what to do.</param>
public sealed record ConfigurationFinding(string Severity, string Key, string Place, string Message)
{
    /// <summary>The severities.</summary>
    public const string Error = "error", Warning = "warning";
}

/// <summary>A configuration as it was read: what each place says, what of that counts, and what is nonsense.</summary>
public sealed class ConfigurationReading
{
    // The logger's own section, which Microsoft.Extensions.Logging documents.
    private const string LoggingSection = "Logging";

    private readonly List<(string Place, Dictionary<string, string?> Values)> _places = [];
    private readonly List<ConfigurationFinding> _unreadable = [];

    private ConfigurationReading(IReadOnlyList<ConfigurationPlace> places)
    {
        ConfigurationBuilder all = new();
        foreach (ConfigurationPlace place in places)
        {
            ConfigurationBuilder alone = new();
            place.AddTo(alone);
            try
            {
                _places.Add((place.Name, new(alone.Build().AsEnumerable().Where(entry => entry.Value is not null), StringComparer.OrdinalIgnoreCase)));
                place.AddTo(all);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException or FormatException)
            {
                string cause = string.Join(' ', new[] { failure.Message, failure.InnerException?.Message }.OfType<string>());
                _unreadable.Add(new(ConfigurationFinding.Error, "", place.Name, $"{place.Name} cannot be read: {cause}"));
            }
        }

        Configuration = all.Build();
    }

    /// <summary>All places together.</summary>
    public IConfiguration Configuration { get; }

    /// <summary>Reads the places; one that cannot be read is a finding.</summary>
    public static ConfigurationReading Of(string file, string[] args) => Of(HubConfiguration.Places(file, args));

    /// <summary>Reads the places; one that cannot be read is a finding.</summary>
    public static ConfigurationReading Of(IReadOnlyList<ConfigurationPlace> places) => new(places);

    /// <summary>The place whose word counts for a setting; <c>default</c> where none has one.</summary>
    public string PlaceOf(string key) => _places.LastOrDefault(place => place.Values.Keys.Any(k => IsOrIsBelow(k, key))).Place ?? "default";

    /// <summary>A setting's value, or its default where none was given or what was given is of another type.</summary>
    public object? ValueOf(Setting setting)
    {
        IConfigurationSection section = Configuration.GetSection(setting.Key);
        return section.Exists() && WrongType(setting) is null ? section.Get(setting.Property.PropertyType) : setting.Default;
    }

    /// <summary>What cannot be read, and values that are not of their setting's type. With one of these the hub does not start.</summary>
    public IEnumerable<ConfigurationFinding> Faults() => _unreadable.Concat(Setting.All.Select(WrongType).OfType<ConfigurationFinding>());

    /// <summary>What was set and is no setting. The hub starts without it.</summary>
    public IEnumerable<ConfigurationFinding> Unknown() => _places.SelectMany(place => place.Values.Keys.Order(StringComparer.Ordinal)
        .Where(key => !IsKnown(key)).Select(key => (Key: key, Name: Spelling.Nearest(key))).Where(found => !IsForAnother(place.Place, found.Key, found.Name))
        .Select(found => new ConfigurationFinding(ConfigurationFinding.Error, found.Key, place.Place, Sentence(place.Place, found.Key, found.Name))));

    private static string Sentence(string place, string key, string? nearest)
    {
        bool variable = place == "environment";
        string Shown(string k) => variable ? HubConfiguration.VariablePrefix + k.Replace(":", "__", StringComparison.Ordinal) : k;
        string hint = nearest is null ? "`edgemesh config show` lists them all." : $"Did you mean {Shown(nearest)}?";
        return $"{Shown(key)} ({place}) is no setting of the hub, and is ignored. {hint}";
    }

    private static bool IsKnown(string key) =>
        IsOrIsBelow(key, LoggingSection) || Setting.All.Any(setting => IsList(setting) ? IsOrIsBelow(key, setting.Key) : key.Equals(setting.Key, StringComparison.OrdinalIgnoreCase));

    // EDGEMESH_SOCKET and others are variables of the command line; one that has a setting's letters is a misspelt setting.
    private static bool IsForAnother(string place, string key, string? nearest) =>
        place == "environment" && !key.Contains(':', StringComparison.Ordinal)
        && !(nearest is not null && key.Replace("_", "", StringComparison.Ordinal).Equals(nearest.Replace(":", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase));

    private static bool IsList(Setting setting) => setting.Property.PropertyType != typeof(string) && !setting.Property.PropertyType.IsValueType;

    private static bool IsOrIsBelow(string key, string above) =>
        key.StartsWith(above, StringComparison.OrdinalIgnoreCase) && (key.Length == above.Length || key[above.Length] == ':');

    private ConfigurationFinding? WrongType(Setting setting)
    {
        IConfigurationSection section = Configuration.GetSection(setting.Key);
        if (!section.Exists())
        {
            return null;
        }

        string given = setting.Show(section.Value ?? "a list or an object");
        if ((section.Value is null) != IsList(setting))
        {
            return Wrong(setting, given);
        }

        try
        {
            _ = section.Get(setting.Property.PropertyType);
            return null;
        }
        catch (InvalidOperationException)
        {
            return Wrong(setting, given);
        }
    }

    private ConfigurationFinding Wrong(Setting setting, string given)
    {
        string place = PlaceOf(setting.Key);
        return new(
            ConfigurationFinding.Error, setting.Key, place,
            $"{setting.Key} is \"{given}\" ({place}); it takes {TypeOf(setting)}, {setting.Takes}{(setting.Unit.Length > 0 ? $" ({setting.Unit})" : "")}.");
    }

    private static string TypeOf(Setting setting) => setting.Property.PropertyType switch
    {
        Type t when t == typeof(bool) => "a truth value",
        Type t when t == typeof(TimeSpan) => "a time",
        Type t when t == typeof(string) => "a text",
        Type t when t == typeof(double) => "a number",
        Type t when t.IsValueType => "a whole number",
        _ => "a list",
    };
}
