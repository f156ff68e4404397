using System;
using System.Collections.Generic;
using System.ComponentModel.DataAnnotations;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using EdgeMesh.Hub.Codegen.Generation.Models.Privacy;
using EdgeMesh.Hub.Configuration;

namespace EdgeMesh.Hub.Codegen.Generation.Models;

/// <summary>Programs written by a model; configuration section <c>Models</c>. Without an endpoint no model is ever asked.</summary>
public sealed class ModelOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Models";

    private static readonly string[] NearSuffixes = [".local", ".lan", ".internal", ".home.arpa"];

    /// <summary>Name of the section of <see cref="Local"/>.</summary>
    public const string LocalSection = Section + ":" + nameof(Local);

    /// <summary>Name of the section of <see cref="Cloud"/>.</summary>
    public const string CloudSection = Section + ":" + nameof(Cloud);

    /// <summary>A server in the house, told everything as it is.</summary>
    public ModelEndpointOptions Local { get; } = new();

    /// <summary>A server elsewhere, told only what <see cref="Redaction"/> leaves.</summary>
    public ModelEndpointOptions Cloud { get; } = new();

    /// <summary>How often a model is asked for one program, its corrections included; 1 to 10. Default 3.</summary>
    [Range(1, 10), Setting(Unit = "rounds")]
    public int RoundsMax { get; set; } = 3;

    /// <summary>From which difficulty on, 0 to 101, the cloud is asked first (<see cref="Difficulty"/>); 101: never first. Default 50.</summary>
    [Range(0, 101), Setting(Unit = "points")]
    public int CloudFromDifficulty { get; set; } = 50;

    /// <summary>Whether the cloud is asked where the local server fails; else only what is difficult goes there. Default true.</summary>
    public bool CloudWhenLocalFails { get; set; } = true;

    /// <summary>After how many failures in a row an endpoint is left alone; 1 to 100. Default 3.</summary>
    [Range(1, 100), Setting(Unit = "failures")]
    public int FailuresMax { get; set; } = 3;

    /// <summary>How long it is left alone, in seconds, before one call tries it again; 1 to 86,400. Default 300.</summary>
    [Range(1, 86_400), Setting(Unit = "seconds")]
    public int PauseS { get; set; } = 300;

    /// <summary>Names of people, places and things that never leave the house, with commas between. Site and devices' ids are always among them. Default none.</summary>
    [Setting(Takes = "names with commas between")]
    public string PrivateNames { get; set; } = "";

    internal IEnumerable<string> PrivateNameList => PrivateNames.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>What is wrong with the settings, as sentences.</summary>
    internal IEnumerable<string> Problems()
    {
        IEnumerable<string> places = [.. PlaceOfLocal(), .. PlaceOfCloud()];
        return [.. Local.Problems(LocalSection), .. Cloud.Problems(CloudSection), .. places];
    }

    // What is told the local server is not redacted: it must not be anybody else's.
    private IEnumerable<string> PlaceOfLocal()
    {
        if (Local.Address is { } local && !IsNear(local))
        {
            yield return $"{LocalSection}:{nameof(Local.Url)} is told what is private, and {local.Host} is not in the local network (a private address, a name without dots, "
                + $"or one under .local, .lan, .internal or .home.arpa). Make it {CloudSection}, or name it so.";
        }
    }

    private IEnumerable<string> PlaceOfCloud()
    {
        if (Cloud.Address is { } cloud && cloud.Scheme != Uri.UriSchemeHttps && !IsNear(cloud))
        {
            yield return $"{CloudSection}:{nameof(Cloud.Url)} must begin with https: its key would be sent in plain.";
        }
    }

    private static bool IsNear(Uri url) => IPAddress.TryParse(url.Host.Trim('[', ']'), out IPAddress? address) ? IsPrivate(address)
        : !url.Host.Contains('.', StringComparison.Ordinal) || NearSuffixes.Any(s => url.Host.EndsWith(s, StringComparison.OrdinalIgnoreCase));

    // RFC 1918, RFC 4193, link-local, loopback.
    private static bool IsPrivate(IPAddress address)
    {
        byte[] b = address.GetAddressBytes();
        return IPAddress.IsLoopback(address) || (address.AddressFamily == AddressFamily.InterNetwork
            ? b[0] == 10 || (b[0] == 172 && b[1] is >= 16 and < 32) || (b[0] == 192 && b[1] == 168) || (b[0] == 169 && b[1] == 254)
            : address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal);
    }
}

/// <summary>An OpenAI-compatible server; configuration sections <c>Models:Local</c> and <c>Models:Cloud</c>.</summary>
public sealed class ModelEndpointOptions
{
    /// <summary>What stands before <c>/chat/completions</c>, such as <c>http://127.0.0.1:11434/v1</c>. Empty: there is none. Default: empty.</summary>
    [Setting(Takes = "an address")]
    public string Url { get; set; } = "";

    /// <summary>The model's name, as its server has it. Default: empty.</summary>
    [Setting(Takes = "a name")]
    public string Model { get; set; } = "";

    /// <summary>File of the key that the server wants, readable by the hub's account alone (0600). Empty: no key. Default: empty.</summary>
    [Setting(Takes = "a path")]
    public string KeyFile { get; set; } = "";

    /// <summary>How long an answer may take in all, in seconds; 1 to 3,600. Default 120.</summary>
    [Range(1, 3600), Setting(Unit = "seconds")]
    public int TimeoutS { get; set; } = 120;

    /// <summary>Most tokens of an answer; 64 to 131,072. Default 4,096.</summary>
    [Range(64, 131_072), Setting(Unit = "tokens")]
    public int MaxOutputTokens { get; set; } = 4096;

    /// <summary>What the server calls that limit: <c>max_tokens</c>, or <c>max_completion_tokens</c>, as OpenAI's newer models want it. Default <c>max_tokens</c>.</summary>
    [AllowedValues("max_tokens", "max_completion_tokens")]
    public string MaxTokensName { get; set; } = "max_tokens";

    /// <summary>Price of a million tokens told, in whatever currency. Default 0.</summary>
    [Range(0.0, 1_000_000.0), Setting(Unit = "a million tokens")]
    public decimal InputPrice { get; set; }

    /// <summary>Price of a million tokens answered, in the same currency. Default 0.</summary>
    [Range(0.0, 1_000_000.0), Setting(Unit = "a million tokens")]
    public decimal OutputPrice { get; set; }

    /// <summary>Most tokens a day (UTC), told and answered; 0: no limit. Default 1,000,000.</summary>
    [Range(0.0, 1_000_000_000_000.0), Setting(Unit = "tokens")]
    public long TokensPerDay { get; set; } = 1_000_000;

    /// <summary>Most cost a day (UTC), in the prices' currency; 0: no limit. Default 1.</summary>
    [Range(0.0, 1_000_000_000_000.0), Setting(Unit = "the prices' currency")]
    public decimal CostPerDay { get; set; } = 1;

    /// <summary>Where it is asked; null where there is none.</summary>
    internal Uri? Address => Url.Length > 0 && Uri.TryCreate(Url.TrimEnd('/') + "/chat/completions", UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" ? url : null;

    internal IEnumerable<string> Problems(string section)
    {
        if (Url.Length == 0)
        {
            yield break;
        }

        if (Address is not { } address || address.UserInfo.Length > 0 || address.Query.Length > 0)
        {
            yield return $"{section}:{nameof(Url)} must be an address such as http://127.0.0.1:11434/v1, without a password or query in it; a key goes into {nameof(KeyFile)}.";
        }

        if (Model.Length is 0 or > 200 || Model.Any(char.IsControl))
        {
            yield return $"{section}:{nameof(Model)} must name the model, as its server calls it.";
        }

        if (MaxTokensName is not ("max_tokens" or "max_completion_tokens"))
        {
            yield return $"{section}:{nameof(MaxTokensName)} is max_tokens or max_completion_tokens.";
        }

        if (TimeoutS is < 1 or > 3600 || MaxOutputTokens is < 64 or > 131072)
        {
            yield return $"{section}:{nameof(TimeoutS)} must be 1 to 3600, and {nameof(MaxOutputTokens)} 64 to 131072.";
        }

        if (new[] { InputPrice, OutputPrice }.Any(n => n is < 0 or > 1_000_000) || new[] { CostPerDay, TokensPerDay }.Any(n => n is < 0 or > 1_000_000_000_000))
        {
            yield return $"{section}: prices must be 0 to 1,000,000, and limits 0 or above.";
        }
    }
}
