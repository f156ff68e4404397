using System;
using System.Collections.Generic;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Linq;
using System.Reflection;

namespace EdgeMesh.Hub.Configuration;

/// <summary>One setting of the hub: a property of an options class, and what its attributes say of it.</summary>
public sealed class Setting
{
    private readonly SettingAttribute _marks;
    private readonly ValidationAttribute[] _rules;

    private Setting(string section, PropertyInfo property, object defaults)
    {
        Section = section;
        Property = property;
        Default = property.GetValue(defaults);
        _marks = property.GetCustomAttribute<SettingAttribute>() ?? new SettingAttribute();
        _rules = [.. property.GetCustomAttributes<ValidationAttribute>()];
    }

    /// <summary>The options classes, each with its section: those of this assembly that have a constant <c>Section</c>, by section.</summary>
    public static IReadOnlyList<(string Section, Type Type)> Sections { get; } =
    [
        .. typeof(Setting).Assembly.GetExportedTypes()
            .Select(type => (Section: type.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string, Type: type))
            .Where(found => found.Section is not null).SelectMany(found => WithInner(found.Section!, found.Type)).OrderBy(found => found.Section, StringComparer.Ordinal),
    ];

    /// <summary>Every setting, by section and then as its class declares them.</summary>
    public static IReadOnlyList<Setting> All { get; } = [.. Sections.SelectMany(found => Of(found.Section, found.Type))];

    /// <summary>The section of the configuration, such as <c>Ota</c>.</summary>
    public string Section { get; }

    /// <summary>The name in its section, such as <c>ChunkSize</c>.</summary>
    public string Name => Property.Name;

    /// <summary>Section and name, as the command line and messages have them: <c>Ota:ChunkSize</c>. Their case does not matter.</summary>
    public string Key => $"{Section}:{Name}";

    /// <summary>Its environment variable.</summary>
    public string Variable => $"{HubConfiguration.VariablePrefix}{Key.Replace(":", "__", StringComparison.Ordinal)}";

    /// <summary>The property that holds it.</summary>
    public PropertyInfo Property { get; }

    /// <summary>What it is where nobody sets it.</summary>
    public object? Default { get; }

    /// <summary>The unit; empty where there is none.</summary>
    public string Unit => _marks.Unit.Length > 0 ? _marks.Unit : Property.PropertyType == typeof(TimeSpan) ? "d.hh:mm:ss" : "";

    /// <summary>The name that the requirement gave it; empty where it gave none.</summary>
    public string Requirement => _marks.Requirement;

    /// <summary>Whether its value is never shown.</summary>
    public bool IsSecret => _marks.Secret;

    /// <summary>Whether its range is data.</summary>
    public bool HasRange => _rules.Length > 0;

    /// <summary>The values that it takes.</summary>
    public string Takes => string.Join(" or ", new[] { _marks.Zero.Length > 0 ? $"0 ({_marks.Zero})" : "", Range() }.Where(text => text.Length > 0));

    /// <summary>The settings of an options class.</summary>
    public static IEnumerable<Setting> Of(string section, Type type)
    {
        object defaults = Activator.CreateInstance(type)!;
        return type.GetProperties().Where(property => property.CanWrite).Select(property => new Setting(section, property, defaults));
    }

    /// <summary>Why a value is not taken: what was given, and what is allowed. Null where it is.</summary>
    public string? Fault(object? value) =>
        (_marks.Zero.Length > 0 && value is IConvertible number and not string && number.ToDecimal(CultureInfo.InvariantCulture) == 0) || Array.TrueForAll(_rules, rule => Meets(rule, value))
            ? null
            : $"{Key} is {Show(value)}; it takes {Takes}{(Unit.Length > 0 ? $" ({Unit})" : "")}.";

    /// <summary>A value as a configuration has it; secrets are hidden.</summary>
    public string Show(object? value) => value switch
    {
        _ when IsSecret => value is "" or null ? "" : "(set, not shown)",
        string[] texts => string.Join(',', texts),
        System.Collections.IDictionary sections => string.Join(',', sections.Keys.Cast<string>().Order(StringComparer.Ordinal)),
        bool flag => flag ? "true" : "false",
        TimeSpan time => Text(time),
        string text => text,
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    // An options class within another, such as Models:Local, is there for good: it has no setter.
    private static IEnumerable<(string Section, Type Type)> WithInner(string section, Type type) =>
    [
        (section, type),
        .. type.GetProperties().Where(inner => !inner.CanWrite && inner.PropertyType.Assembly == type.Assembly && inner.PropertyType.IsClass)
            .SelectMany(inner => WithInner($"{section}:{inner.Name}", inner.PropertyType)),
    ];

    // [Range] of whole numbers throws where a number is beyond what an int holds.
    private static bool Meets(ValidationAttribute rule, object? value)
    {
        try
        {
            return rule.IsValid(value);
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    private static string Text(object? bound)
    {
        string text = Convert.ToString(bound, CultureInfo.InvariantCulture)!;
        return text.LastIndexOf('.') > text.LastIndexOf(':') && text.Contains(':', StringComparison.Ordinal) ? text.TrimEnd('0') : text;
    }

    private string Range()
    {
        if (_rules.OfType<RangeAttribute>().FirstOrDefault() is { } range)
        {
            return $"{Text(range.Minimum)} to {Text(range.Maximum)}";
        }

        if (_rules.OfType<AllowedValuesAttribute>().FirstOrDefault() is { } values)
        {
            return string.Join(" or ", values.Values);
        }

        return _marks.Takes.Length > 0 ? _marks.Takes
            : Property.PropertyType == typeof(bool) ? "true or false"
            : Property.PropertyType == typeof(string[]) ? "a list of texts"
            : "text";
    }
}
