using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Ota;
using EdgeMesh.Hub.Results;

namespace EdgeMesh.Cli.Http;

/// <summary>Begins an update and follows it to its end, also across a restart of the hub.</summary>
/// <param name="hub">The hub.</param>
/// <param name="operation">What begins it, and answers with where it stands: <c>ota-start</c>, <c>program-deploy</c> or <c>program-rollback</c>.</param>
/// <param name="show">Called with where the update stands, whenever that is heard.</param>
internal sealed class OtaWatch(HubClient hub, string operation, Action<OtaView> show)
{
    // A hub that restarts is back in seconds; one that is not will not be waited for.
    private const int Attempts = 30;

    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(1);

    /// <summary>Gives the update's last state, or why it was not begun or is lost sight of.</summary>
    internal async Task<Result<OtaView>> RunAsync(JsonObject start, CancellationToken cancellation)
    {
        // Listening comes first: an update may have ended before its start is answered.
        Result<StreamReader> events = await hub.SubscribeAsync(cancellation).ConfigureAwait(false);
        if (!events.IsOk)
        {
            return events.Error!;
        }

        Result<JsonNode?> started = await hub.RunAsync(operation, start, cancellation).ConfigureAwait(false);
        if (!started.IsOk)
        {
            events.Value.Dispose();
            return started.Error!;
        }

        OtaView view = Read(started.Value);
        show(view);
        while (true)
        {
            using (events.Value)
            {
                view = await FollowAsync(events.Value, view, cancellation).ConfigureAwait(false);
            }

            if (OtaStates.IsFinal(view.State))
            {
                return view;
            }

            (events, Result<OtaView> current) = await ListenAgainAsync(view, cancellation).ConfigureAwait(false);
            if (!current.IsOk)
            {
                return current;
            }

            show(view = current.Value);
        }
    }

    /// <summary>Shows the update's events until it has ended, or the stream has.</summary>
    private async Task<OtaView> FollowAsync(StreamReader events, OtaView view, CancellationToken cancellation)
    {
        try
        {
            while (!OtaStates.IsFinal(view.State) && await events.ReadLineAsync(cancellation).ConfigureAwait(false) is string line)
            {
                JsonNode e = JsonNode.Parse(line)!;
                if ((string?)e["event"] == "ota-progress" && (long?)e["data"]?["session"] == view.Session)
                {
                    show(view = Read(e["data"]));
                }
            }
        }
        catch (Exception end) when (end is IOException or JsonException)
        {
            // The hub has gone, perhaps in the middle of a line.
        }

        return view;
    }

    // A hub that is about to stop may take the one question and not the other.
    private async Task<(Result<StreamReader> Events, Result<OtaView> Current)> ListenAgainAsync(OtaView view, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            Result<StreamReader> events = await hub.SubscribeAsync(cancellation).ConfigureAwait(false);
            Result<OtaView> current = events.IsOk ? await StatusAsync(view, cancellation).ConfigureAwait(false) : events.Error!;
            if (current.IsOk || attempt == Attempts || current.Error!.Code == ErrorCodes.SessionUnknown)
            {
                return (events, current);
            }

            if (events.IsOk)
            {
                events.Value.Dispose();
            }

            await Task.Delay(BetweenAttempts, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<Result<OtaView>> StatusAsync(OtaView view, CancellationToken cancellation)
    {
        Result<JsonNode?> listed = await hub.RunAsync("ota-status", new JsonObject { ["device"] = view.Device }, cancellation).ConfigureAwait(false);
        if (!listed.IsOk)
        {
            return listed.Error!;
        }

        OtaView? current = listed.Value.Deserialize<IReadOnlyList<OtaView>>(Operation.Json)!.FirstOrDefault(u => u.Session == view.Session);
        return current is not null
            ? current
            : new Error(ErrorCodes.SessionUnknown, $"The hub no longer knows update {view.Session} of {view.Device}; see `edgemesh ota status {view.Device}`.");
    }

    private static OtaView Read(JsonNode? data) => data.Deserialize<OtaView>(Operation.Json)!;
}
