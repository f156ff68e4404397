using System.Threading;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Results;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Devices;

/// <summary>What was refused of devices: counted always, told seldom, so that nobody can fill the log.</summary>
internal sealed class DeviceRefusals(HubEvents events, DeviceOptions limits, ILogger<DeviceGateway> log)
{
    private long _strangers;

    /// <summary>Counts a refusal, and tells of the first and every tenfold.</summary>
    /// <param name="id">The device, or what it calls itself.</param>
    /// <param name="connection">What the hub holds of it; null for a stranger.</param>
    /// <param name="code">The error code.</param>
    /// <param name="reason">The cause as a sentence.</param>
    internal void Count(string id, DeviceConnection? connection, string code, string reason)
    {
        long count = connection?.CountRefusal(code) ?? Interlocked.Increment(ref _strangers);
        if (IsPowerOfTen(count))
        {
            Tell(id, code, reason, count);
        }
    }

    /// <summary>Counts a message of a device that sends too many, and tells of it once a minute.</summary>
    internal void CountFlood(DeviceConnection connection)
    {
        long count = connection.CountRefusal(ErrorCodes.RateLimited);
        if (connection.MayComplain())
        {
            Tell(
                connection.Id,
                ErrorCodes.RateLimited,
                $"It sends more than the {limits.MessagesPerSecond} messages a second of Devices:MessagesPerSecond; mend its program, or remove the device if its account was stolen.",
                count);
        }
    }

    private void Tell(string id, string code, string reason, long count)
    {
        log.LogWarning("Refused from {Device}: {Code}: {Reason} (number {Count})", id, code, Printable.Of(reason), count);
        events.Publish(new DeviceMessageRefused(id, code, reason, count));
    }

    private static bool IsPowerOfTen(long count)
    {
        while (count % 10 == 0)
        {
            count /= 10;
        }

        return count == 1;
    }
}
