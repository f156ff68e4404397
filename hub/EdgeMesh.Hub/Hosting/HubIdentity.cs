using System;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Hosting;

/// <summary>Which hub this is, and which of its lives.</summary>
public sealed class HubIdentity(IOptions<HubOptions> options)
{
    /// <summary>The site of every topic.</summary>
    public string Site { get; } = options.Value.Site;

    /// <summary>16 hex digits, new at every start: devices that see another one say hello again.</summary>
    public string Boot { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    /// <summary>The hub's version.</summary>
    public string Version { get; } = typeof(HubIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion.Split('+')[0];
}
