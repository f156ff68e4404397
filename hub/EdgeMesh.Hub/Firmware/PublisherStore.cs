using System;
using System.Collections.Generic;
using System.Linq;
using Dapper;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Security;
using EdgeMesh.Hub.Storage;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Publishing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Firmware;

/// <summary>A publisher whose signatures the hub takes.</summary>
public sealed record PublisherRow
{
    /// <summary>What the owner calls it.</summary>
    public required string Name { get; init; }

    /// <summary>The Ed25519 public key in hex.</summary>
    public required string Key { get; init; }

    /// <summary>The kinds it may sign, with commas between.</summary>
    public required string Kinds { get; init; }

    /// <summary>When it was trusted, in seconds since 1970-01-01 UTC.</summary>
    public required long Created { get; init; }
}

/// <summary>The publishers trusted, and what must be signed by them.</summary>
public sealed class PublisherStore(Database database, IOptions<FirmwareOptions> options, TimeProvider time, HubKey? own = null)
{
    /// <summary>Trusts a key from now on.</summary>
    /// <param name="name">What to call it, by <see cref="Names"/>.</param>
    /// <param name="pem">The public key in PEM.</param>
    /// <param name="kinds">What it may sign, of <see cref="ImageKinds"/>.</param>
    public Result<PublisherRow> Trust(string name, string pem, string[] kinds)
    {
        if (!Names.IsValid(name))
        {
            return new Error(ErrorCodes.InvalidArgument, $"The name \"{name}\" is not valid: it takes {Names.Grammar}.");
        }

        if (own is not null && name == HubKey.Name)
        {
            return new Error(ErrorCodes.PublisherExists, $"{name} is the hub's own key, which signs its programs; give this one another name.");
        }

        if (kinds.Length == 0 || !kinds.All(ImageKinds.IsKnown))
        {
            return new Error(ErrorCodes.InvalidArgument, $"Say which kinds the key may sign: {ImageKinds.MicroPythonApp}, {ImageKinds.NanoApp} or {ImageKinds.Esp32Image}, with commas between.");
        }

        Result<byte[]> key = Ed25519Key.PublicKeyFromPem(pem);
        if (!key.IsOk)
        {
            return key.Error!;
        }

        PublisherRow row = new() { Name = name, Key = Hex.Encode(key.Value), Kinds = string.Join(',', kinds.Distinct().Order(StringComparer.Ordinal)), Created = time.GetUtcNow().ToUnixTimeSeconds() };
        if (database.Change(db => db.Execute("INSERT INTO publisher (name, key, kinds, created) VALUES (@Name, @Key, @Kinds, @Created) ON CONFLICT DO NOTHING", row)) == 1)
        {
            return row;
        }

        PublisherRow? same = List().FirstOrDefault(p => p.Name == name && p.Key == row.Key && p.Kinds == row.Kinds);
        return same is not null
            ? same
            : new Error(ErrorCodes.PublisherExists, $"A publisher {name} or one with that key is trusted already; see `edgemesh keys list`, or `edgemesh keys distrust` it first.");
    }

    /// <summary>All publishers, by name; the hub itself last.</summary>
    public IReadOnlyList<PublisherRow> List()
    {
        using SqliteConnection db = database.Open();
        IEnumerable<PublisherRow> trusted = db.Query<PublisherRow>("SELECT name, key, kinds, created FROM publisher ORDER BY name");
        return own is null ? [.. trusted] : [.. trusted, own.Publisher];
    }

    /// <summary>Trusts a key no longer: what it signed is not sent any more.</summary>
    public Result<PublisherRow> Distrust(string name) => own is not null && name == HubKey.Name
        ? new Error(ErrorCodes.InvalidArgument, "The hub's own key signs its programs and cannot be distrusted here; a device that must not take them pins another key.")
        : List().FirstOrDefault(p => p.Name == name) is { } row && database.Change(db => db.Execute("DELETE FROM publisher WHERE name = @name", new { name })) == 1
            ? row
            : new Error(ErrorCodes.PublisherUnknown, $"There is no publisher {name}; see `edgemesh keys list`.");

    /// <summary>What the hub's policy has against a manifest; null where nothing.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="kind">The kind that it says.</param>
    public Error? Refusal(SignedManifest manifest, string kind)
    {
        TrustedKey[] trusted = [.. List().SelectMany(p => TrustedKey.Configured(p.Key, p.Kinds.Split(',')))];
        return manifest.Refusal(trusted, options.Value.RequireSignature.Contains(kind), time.GetUtcNow());
    }
}
