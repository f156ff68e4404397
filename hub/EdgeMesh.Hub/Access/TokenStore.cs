using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using EdgeMesh.Hub.Storage;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Crypto;
using Microsoft.Data.Sqlite;

namespace EdgeMesh.Hub.Access;

/// <summary>What a token allows.</summary>
public static class TokenRoles
{
    /// <summary>Operations that change nothing.</summary>
    public const string Viewer = "viewer";

    /// <summary>Every operation but those on tokens, which are for the Unix socket alone.</summary>
    public const string Operator = "operator";

    /// <summary>Whether a word names a role.</summary>
    public static bool IsValid(string role) => role is Viewer or Operator;
}

/// <summary>A token, without itself.</summary>
/// <param name="Name">What the owner calls it: the audit log's <c>token:NAME</c>.</param>
/// <param name="Role">One of <see cref="TokenRoles"/>.</param>
/// <param name="Created">When it was made, in seconds since 1970-01-01 UTC.</param>
/// <param name="Expires">When it runs out; 0 for never.</param>
public sealed record TokenRow(string Name, string Role, long Created, long Expires);

/// <summary>The tokens in the database, by their hashes.</summary>
public sealed class TokenStore(Database database, ICrypto crypto, TimeProvider time)
{
    // What a leaked token is recognised by, in a log or a repository.
    private const string Prefix = "edgemesh_";
    private const int SecretBytes = 32;

    /// <summary>Makes a token and gives it, this once; null where the name is taken.</summary>
    public string? Add(string name, string role, long expires)
    {
        string token = Prefix + Base64Url.Encode(crypto.Random(SecretBytes));
        long created = time.GetUtcNow().ToUnixTimeSeconds();
        int added = database.Change(db => db.Execute(
            "INSERT INTO token (name, hash, role, created, expires) VALUES (@name, @hash, @role, @created, @expires) ON CONFLICT (name) DO NOTHING",
            new { name, hash = HashOf(token), role, created, expires }));
        return added == 1 ? token : null;
    }

    /// <summary>All tokens, by name.</summary>
    public IReadOnlyList<TokenRow> List()
    {
        using SqliteConnection db = database.Open();
        return db.Query<TokenRow>("SELECT name, role, created, expires FROM token ORDER BY name").AsList();
    }

    /// <summary>Forgets a token: it opens nothing from the next request on. False where there is none.</summary>
    public bool Remove(string name) => database.Change(db => db.Execute("DELETE FROM token WHERE name = @name", new { name })) == 1;

    /// <summary>The token that this text is; null where it is none, or has run out.</summary>
    /// <remarks>It is looked up by its hash, so how long that takes says nothing about any other token.</remarks>
    public TokenRow? Find(string token)
    {
        using SqliteConnection db = database.Open();
        TokenRow? row = db.QuerySingleOrDefault<TokenRow>("SELECT name, role, created, expires FROM token WHERE hash = @hash", new { hash = HashOf(token) });
        return row is null || (row.Expires != 0 && row.Expires <= time.GetUtcNow().ToUnixTimeSeconds()) ? null : row;
    }

    private static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
