using System;
using System.Collections.Generic;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Hub.Access;

/// <summary>What the hub can be asked about tokens; over its Unix socket alone, so that no token makes others.</summary>
public sealed class TokenOperations(TokenStore tokens, TimeProvider time) : IOperationSource
{
    /// <summary>What the names of these operations begin with.</summary>
    public const string Prefix = "tokens-";

    /// <inheritdoc/>
    public IEnumerable<Operation> Operations =>
    [
        Operation.Create<AddToken, NewToken>(Prefix + "add", "Makes a token for the HTTP listener; answers it, once.", Add).Recording("name", "role"),
        Operation.Create<NoParameters, IReadOnlyList<TokenRow>>(Prefix + "list", "Lists the tokens, without themselves.", _ => Result.Of(tokens.List())).Reading(),
        Operation.Create<NameToken, NameToken>(
            Prefix + "remove", "Forgets a token: it opens nothing any more.", r => tokens.Remove(r.Name) ? r : new Error(
                ErrorCodes.TokenUnknown, $"There is no token {Printable.Of(r.Name)}; see `edgemesh tokens list`.")).Recording("name"),
    ];

    private Result<NewToken> Add(AddToken request)
    {
        if (!Names.IsValid(request.Name))
        {
            return new Error(ErrorCodes.InvalidArgument, $"The token's name is not valid: it takes {Names.Grammar}.");
        }

        if (!TokenRoles.IsValid(request.Role))
        {
            return new Error(ErrorCodes.InvalidArgument, $"The role is refused: it is {TokenRoles.Viewer} or {TokenRoles.Operator}.");
        }

        if (request.TtlS is <= 0)
        {
            return new Error(ErrorCodes.InvalidArgument, "The token's time to live is refused: it takes a second or more.");
        }

        long expires = request.TtlS is double life ? time.GetUtcNow().AddSeconds(life).ToUnixTimeSeconds() : 0;
        return tokens.Add(request.Name, request.Role, expires) is string token
            ? new NewToken(request.Name, request.Role, token, expires)
            : new Error(ErrorCodes.TokenExists, $"There is a token {request.Name} already; take another name, or remove it with `edgemesh tokens remove {request.Name}`.");
    }

    private sealed record AddToken(string Name, string Role = TokenRoles.Viewer, double? TtlS = null);

    private sealed record NameToken(string Name);
}

/// <summary>A token as it is shown this once.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Role">One of <see cref="TokenRoles"/>.</param>
/// <param name="Token">The token: <c>Authorization: Bearer …</c>.</param>
/// <param name="Expires">When it runs out, in seconds since 1970-01-01 UTC; 0 for never.</param>
public sealed record NewToken(string Name, string Role, string Token, long Expires);
