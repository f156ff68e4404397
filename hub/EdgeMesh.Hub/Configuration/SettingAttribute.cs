using System;

namespace EdgeMesh.Hub.Configuration;

/// <summary>What a setting's type does not say. Its range stands beside it as <c>[Range]</c> or <c>[AllowedValues]</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingAttribute : Attribute
{
    /// <summary>What is counted or measured, such as <c>bytes</c>. Default empty: the type says it, or there is none.</summary>
    public string Unit { get; init; } = "";

    /// <summary>What a text may be, where the feature's own validation knows it. Default empty.</summary>
    public string Takes { get; init; } = "";

    /// <summary>What 0 means, where it is allowed beside the range. Default empty: it is not.</summary>
    public string Zero { get; init; } = "";

    /// <summary>The name that the requirement gave it. Default empty: it gave none.</summary>
    public string Requirement { get; init; } = "";

    /// <summary>Its value is never shown.</summary>
    public bool Secret { get; init; }
}
