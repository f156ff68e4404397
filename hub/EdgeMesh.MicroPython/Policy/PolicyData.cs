using System;
using System.Collections.Frozen;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace EdgeMesh.MicroPython.Policy;

/// <summary>A board's pins, by GPIO number.</summary>
/// <param name="Pins">Those that are there.</param>
/// <param name="Reserved">Those that flash or memory need.</param>
/// <param name="InputOnly">Those that cannot be driven.</param>
/// <param name="Strapping">Those that are read at the start.</param>
/// <param name="Console">Those of the console's serial port.</param>
/// <param name="Used">Those that other programs use.</param>
/// <param name="DutyPercent">Most duty; null for the policy's.</param>
public sealed record Board(
    IReadOnlySet<int> Pins, IReadOnlySet<int> Reserved, IReadOnlySet<int> InputOnly, IReadOnlySet<int> Strapping, IReadOnlySet<int> Console, IReadOnlySet<int> Used, int? DutyPercent);

/// <summary>What programs may use, as data: <c>policy.yaml</c>, whose schema is <c>policy.schema.json</c>.</summary>
public sealed class PolicyData
{
    /// <summary>The board that is meant where none is named.</summary>
    public const string DefaultBoard = "esp32";

    private static readonly Lazy<PolicyData> ShippedPolicy = new(LoadShipped);

    private readonly Dictionary<string, HashSet<string>> _modules;
    private readonly Dictionary<string, FrozenSet<string>> _lists;
    private readonly Dictionary<string, long> _limits;
    private readonly Dictionary<string, Board> _boards;
    private HashSet<string>? _packages;

    private PolicyData(
        Dictionary<string, HashSet<string>> modules, Dictionary<string, FrozenSet<string>> lists, Dictionary<string, long> limits, Dictionary<string, Board> boards) =>
        (_modules, _lists, _limits, _boards) = (modules, lists, limits, boards);

    /// <summary>The policy that is shipped.</summary>
    public static PolicyData Shipped => ShippedPolicy.Value;

    /// <summary>The allowed modules, and of each the allowed names.</summary>
    public IEnumerable<KeyValuePair<string, HashSet<string>>> Modules => _modules;

    /// <summary>The boards by name.</summary>
    public IReadOnlyDictionary<string, Board> Boards => _boards;

    /// <summary>Whether modules begin with that path and a dot.</summary>
    internal bool IsPackage(string path) => (_packages ??= [.. _modules.Keys.Where(m => m.Contains('.', StringComparison.Ordinal)).Select(m => m[..m.IndexOf('.', StringComparison.Ordinal)])]).Contains(path);

    internal HashSet<string>? ModuleNames(string module) => _modules.GetValueOrDefault(module);

    internal bool In(string list, string name) => List(list).Contains(name);

    internal FrozenSet<string> List(string list) => _lists[list];

    internal long Limit(string name) => _limits[name];

    /// <summary>Pins written as <c>0-5,12</c>.</summary>
    /// <exception cref="FormatException">They are not.</exception>
    public static IReadOnlySet<int> Pins(string text)
    {
        HashSet<int> pins = [];
        foreach (string range in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] ends = range.Split('-');
            int first = int.Parse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture);
            pins.UnionWith(Enumerable.Range(first, Math.Clamp(int.Parse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture) - first + 1, 0, 100)));
        }

        return pins;
    }

    /// <summary>Whether a program may talk to that host by any means.</summary>
    public bool AllowsHost(string host) => Policy.Hosts.IsAllowed(host.ToLowerInvariant(), this, isClient: false);

    /// <summary>This policy with more hosts.</summary>
    public PolicyData AllowHosts(IEnumerable<string> hosts)
    {
        Dictionary<string, FrozenSet<string>> lists = new(_lists) { ["hosts"] = _lists["hosts"].Concat(hosts.Select(h => h.ToLowerInvariant())).ToFrozenSet() };
        return new PolicyData(_modules, lists, _limits, _boards);
    }

    /// <summary>This policy without an entry of a list: for tests, which show that each is needed.</summary>
    internal PolicyData Without(string list, string entry)
    {
        Dictionary<string, FrozenSet<string>> lists = new(_lists) { [list] = _lists[list].Where(e => e != entry).ToFrozenSet() };
        return new PolicyData(_modules, lists, _limits, _boards);
    }

    /// <summary>This policy with what a text adds: lists are joined, numbers and boards replaced.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="error">What is wrong with it; null where nothing is.</param>
    /// <returns>The policy; null where the text is wrong.</returns>
    public PolicyData? Extend(string yaml, out string? error)
    {
        try
        {
            PolicyData extended = new(
                _modules.ToDictionary(m => m.Key, m => m.Value.ToHashSet()), new(_lists), new(_limits), new(_boards));
            YamlStream stream = [];
            stream.Load(new StringReader(yaml));
            foreach ((YamlNode key, YamlNode value) in stream.Documents.Count == 0 ? [] : (YamlMappingNode)stream.Documents[0].RootNode)
            {
                extended.Add(Text(key), value);
            }

            error = null;
            return extended;
        }
        catch (Exception wrong) when (wrong is YamlException or FormatException or InvalidCastException or OverflowException)
        {
            error = $"The policy is not one: {wrong.Message}";
            return null;
        }
    }

    private static PolicyData LoadShipped()
    {
        using StreamReader reader = new(typeof(PolicyData).Assembly.GetManifestResourceStream("policy.yaml")!);
        string[] lists = ["builtins", "names_refused", "attributes_refused", "socket_attributes_refused", "dunders", "hosts", "client_hosts"];
        PolicyData empty = new([], lists.ToDictionary(l => l, _ => FrozenSet<string>.Empty), [], []);
        return empty.Extend(reader.ReadToEnd(), out string? error) ?? throw new InvalidDataException(error);
    }

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value ?? "";

    private void Add(string section, YamlNode value)
    {
        switch (section)
        {
            case "limits":
                foreach ((YamlNode name, YamlNode number) in (YamlMappingNode)value)
                {
                    _limits[Text(name)] = long.Parse(Text(number), NumberStyles.None, CultureInfo.InvariantCulture);
                }

                break;
            case "modules":
                foreach ((YamlNode name, YamlNode names) in (YamlMappingNode)value)
                {
                    if (!_modules.TryGetValue(Text(name), out HashSet<string>? known))
                    {
                        _modules[Text(name)] = known = [];
                    }

                    known.UnionWith(((YamlSequenceNode)names).Select(Text));
                }

                break;
            case "boards":
                foreach ((YamlNode name, YamlNode board) in (YamlMappingNode)value)
                {
                    _boards[Text(name)] = ReadBoard((YamlMappingNode)board, _boards.GetValueOrDefault(Text(name)));
                }

                break;
            default:
                if (!_lists.TryGetValue(section, out FrozenSet<string>? list))
                {
                    throw new FormatException($"there is no section {section}.");
                }

                _lists[section] = list.Concat(((YamlSequenceNode)value).Select(n => section.Contains("hosts", StringComparison.Ordinal) ? Text(n).ToLowerInvariant() : Text(n))).ToFrozenSet();
                break;
        }
    }

    private static Board ReadBoard(YamlMappingNode board, Board? known)
    {
        IReadOnlySet<int> Of(string name, IReadOnlySet<int>? before) =>
            board.Children.TryGetValue(new YamlScalarNode(name), out YamlNode? pins) ? Pins(Text(pins)) : before ?? new HashSet<int>();
        int? duty = board.Children.TryGetValue(new YamlScalarNode("duty_percent"), out YamlNode? percent)
            ? int.Parse(Text(percent), NumberStyles.None, CultureInfo.InvariantCulture) : known?.DutyPercent;
        return new Board(
            Of("pins", known?.Pins), Of("reserved", known?.Reserved), Of("input_only", known?.InputOnly), Of("strapping", known?.Strapping),
            Of("console", known?.Console), Of("used", known?.Used), duty);
    }
}
