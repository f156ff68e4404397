using System;
using System.Globalization;
using System.IO;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Hub.Results;
using EdgeMesh.Hub.Storage;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Certificates;

/// <summary>Whether the hub's clock can be right. A Pi has no battery: it may start in 1970, or where it was switched off.</summary>
/// <remarks>
/// A clock that lags a little does no harm: certificates begin a day early and end a little early, and are renewed. One that is years
/// back would issue what has ended already. So no certificate is issued before this code existed, nor before what the clock said once.
/// </remarks>
public sealed class PlausibleClock(IOptions<HubOptions> hub, TimeProvider time)
{
    // The year in which this was written: no clock that is right says less.
    private static readonly DateTimeOffset Earliest = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // Clocks are set back by minutes now and then, and the time is kept once an hour.
    private static readonly TimeSpan Tolerance = TimeSpan.FromDays(1);

    private readonly string _file = Path.Combine(hub.Value.StateFolder, "certificates", "clock");

    /// <summary>Why the clock cannot be right; null where it can.</summary>
    public Error? Problem()
    {
        DateTimeOffset now = time.GetUtcNow(), last = Last();
        DateTimeOffset floor = last - Tolerance > Earliest ? last - Tolerance : Earliest;
        return now >= floor ? null : new Error(
            ErrorCodes.ClockImplausible,
            string.Create(CultureInfo.InvariantCulture, $"No certificate is issued: this machine's clock says {now:yyyy-MM-dd HH:mm} UTC, and it is certainly later than {floor:yyyy-MM-dd HH:mm}. ")
            + $"The hub goes on by itself once the clock is set (see `timedatectl`). Where the clock is right and was wrong before, remove {_file}.");
    }

    /// <summary>Keeps the time of a clock that can be right.</summary>
    public void Keep()
    {
        DateTimeOffset now = time.GetUtcNow();
        if (Problem() is null && now > Last())
        {
            PrivateFile.Write(_file, now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) + "\n");
        }
    }

    // What cannot be read counts as never kept.
    private DateTimeOffset Last() =>
        File.Exists(_file) && long.TryParse(File.ReadAllText(_file), CultureInfo.InvariantCulture, out long seconds) && seconds is > 0 and < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds) : DateTimeOffset.UnixEpoch;
}
