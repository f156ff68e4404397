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

    /// <summary>16 hex digits, new at every start and every connection to the broker: devices that see another one say hello again.</summary>
    public string Boot { get; private set; } = NewBoot();

    /// <summary>The hub's version.</summary>
    public string Version { get; } = typeof(HubIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion.Split('+')[0];

    /// <summary>What was missed while the broker was gone cannot be known: a new boot id makes every device say hello again.</summary>
    public void Renew() => Boot = NewBoot();

    private static string NewBoot() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
}
