using System;
using System.Globalization;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Access;

/// <summary>Who a request is from, and whether it may pass: the kernel says so of a Unix socket, a token of TCP.</summary>
/// <remarks>
/// A browser adds no Authorization header by itself, so no page can use somebody's token; and a token is 256 random bits, so the limit on
/// wrong ones protects the audit log and the processor, not the token. A caller with a good token is never locked out by others' wrong ones.
/// </remarks>
public sealed class AccessGate : IDisposable
{
    private const string Scheme = "Bearer ";
    private const int TokenLengthMax = 100;
    private readonly TokenStore _tokens;
    private readonly AuditLog _audit;
    private readonly PartitionedRateLimiter<string> _requests;
    private readonly FixedWindowRateLimiter _refusals;

    /// <summary>A gate with the limits of the options.</summary>
    public AccessGate(TokenStore tokens, AuditLog audit, IOptions<AccessOptions> options)
    {
        _tokens = tokens;
        _audit = audit;
        int perSecond = options.Value.RequestsPerSecond;
        _requests = PartitionedRateLimiter.Create<string, string>(name => RateLimitPartition.GetTokenBucketLimiter(name, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = perSecond, TokensPerPeriod = perSecond, ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0,
        }));
        _refusals = new FixedWindowRateLimiter(new FixedWindowRateLimiterOptions
        {
            PermitLimit = options.Value.RefusalsPerMinute, Window = TimeSpan.FromMinutes(1), QueueLimit = 0,
        });
    }

    /// <summary>Lets a request pass with its caller, or answers it.</summary>
    public async Task PassAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Features.Get<IConnectionSocketFeature>()?.Socket is { AddressFamily: AddressFamily.Unix })
        {
            http.Items[typeof(Caller)] = UnixPeer.Of(http);
            await next(http).ConfigureAwait(false);
            return;
        }

        string header = http.Request.Headers.Authorization.ToString();
        TokenRow? token = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && header.Length <= TokenLengthMax ? _tokens.Find(header[Scheme.Length..].Trim()) : null;
        if (token is null)
        {
            await RefuseAsync(http).ConfigureAwait(false);
            return;
        }

        using RateLimitLease lease = _requests.AttemptAcquire(token.Name);
        if (!lease.IsAcquired)
        {
            await AnswerAsync(http, StatusCodes.Status429TooManyRequests, new Error(ErrorCodes.RateLimited, "This token makes too many requests; wait a second.")).ConfigureAwait(false);
            return;
        }

        http.Items[typeof(Caller)] = new Caller("token:" + token.Name, OriginOf(http));
        http.Items[typeof(TokenRow)] = token;
        await next(http).ConfigureAwait(false);
    }

    /// <summary>Who a request that passed is from.</summary>
    internal static Caller CallerOf(HttpContext http)
    {
        Caller caller = (Caller)http.Items[typeof(Caller)]!;
        return http.Request.Headers.UserAgent == Caller.ToolAgent ? caller with { Actor = Caller.Tool + caller.Actor } : caller;
    }

    /// <summary>Why a request's caller may not do something; null where it may.</summary>
    /// <param name="http">The request.</param>
    /// <param name="operation">The operation's name.</param>
    /// <param name="changes">Whether it may change anything.</param>
    internal static Error? Refusal(HttpContext http, string operation, bool changes) =>
        http.Items[typeof(TokenRow)] is not TokenRow token ? null
        : operation.StartsWith(TokenOperations.Prefix, StringComparison.Ordinal)
            ? new Error(ErrorCodes.Forbidden, "Tokens are made and removed over the hub's Unix socket alone: use `edgemesh tokens` on the hub.")
        : changes && token.Role != TokenRoles.Operator
            ? new Error(ErrorCodes.Forbidden, $"The token {token.Name} is a viewer's and may change nothing; {operation} takes an operator's.")
        : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _requests.Dispose();
        _refusals.Dispose();
    }

    internal static Task AnswerAsync(HttpContext http, int status, Error error)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(Reply.Of(error), Operation.Json, http.RequestAborted);
    }

    private static string OriginOf(HttpContext http) => string.Create(CultureInfo.InvariantCulture, $"http {http.Connection.RemoteIpAddress}");

    private async Task RefuseAsync(HttpContext http)
    {
        using RateLimitLease lease = _refusals.AttemptAcquire();
        if (!lease.IsAcquired)
        {
            http.Response.Headers.RetryAfter = "60";
            await AnswerAsync(http, StatusCodes.Status429TooManyRequests, new Error(ErrorCodes.RateLimited, "Too many requests without a valid token; wait a minute.")).ConfigureAwait(false);
            return;
        }

        // Not what was sent: a token mistyped by a letter would stand in the log.
        _audit.Append(new Caller("unknown", OriginOf(http)), "access", http.Request.Path.ToString(), ErrorCodes.Unauthorized);
        http.Response.Headers.WWWAuthenticate = "Bearer";
        await AnswerAsync(http, StatusCodes.Status401Unauthorized, new Error(
            ErrorCodes.Unauthorized, "A valid token is needed: make one on the hub with `edgemesh tokens add NAME` and send it as `Authorization: Bearer TOKEN`.")).ConfigureAwait(false);
    }
}
