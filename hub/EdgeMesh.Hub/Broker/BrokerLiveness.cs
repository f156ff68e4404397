using System;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Hosting;

namespace EdgeMesh.Hub.Broker;

/// <summary>
/// The hub does its part of the broker's link: messages are handled, and somebody looks after the embedded broker. A broker that cannot be reached is
/// tried again by the hub itself, and a restart would do no better.
/// </summary>
internal sealed class BrokerLiveness(BrokerConnection connection, BrokerState state) : ILivenessCheck
{
    // Many times what the slowest handler takes; messages wait for each other.
    private static readonly TimeSpan LongestHandling = TimeSpan.FromSeconds(60);

    public string Name => "the broker's connection";

    public Task<string?> ProblemAsync() => Task.FromResult(
        connection.Handling is { } handling && handling > LongestHandling
            ? $"One message is being handled for {handling.TotalSeconds:0} s, and all others wait for it."
            : state.Current is { Phase: BrokerPhase.Unavailable, Error: { Code: ErrorCodes.Internal } failure } ? $"Nobody looks after the embedded broker: {failure.Message}"
            : null);
}
