using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Ota;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Ota;

/// <summary>What devices say of updates: handed to the one that it is about, or answered where that is not under way any more.</summary>
internal sealed class OtaInbox(OpenUpdates open, OtaParts parts)
{
    internal void Take(DeviceMessage message)
    {
        if (message.Kind == TopicKind.OtaReport)
        {
            TakeReport(message);
            return;
        }

        if (OtaMessages.Read(message, out long session) is not SenderEvent e)
        {
            return;
        }

        if (message.Body.Problem.Length > 0)
        {
            parts.Gateway.Refuse(message.Id, ErrorCodes.MessageInvalid, $"The {message.Kind} is malformed: {message.Body.Problem}.");
        }
        else if (open.Of(message.Id, session) is { } update)
        {
            update.Post(e);
        }
        else if (message.Kind is not (TopicKind.OtaReject or TopicKind.OtaAbortUp))
        {
            // A device that goes on with an update that has ended here is told so; else it would wait for chunks for ever.
            string reason = $"Update {session} is not under way at the hub.";
            parts.Gateway.Refuse(message.Id, ErrorCodes.StaleSession, reason);
            Send(message.Id, TopicKind.OtaAbortDown, Codec.Write(new Abort { Session = session, Code = ErrorCodes.StaleSession, Reason = reason }));
        }
    }

    private void TakeReport(DeviceMessage message)
    {
        Report report = Codec.ReadReport(message.Body);
        if (message.Body.Problem.Length > 0)
        {
            parts.Gateway.Refuse(message.Id, ErrorCodes.MessageInvalid, $"The report is malformed: {message.Body.Problem}.");
            return;
        }

        if (report.State is not (OtaStates.Applying or OtaStates.Confirmed or OtaStates.RolledBack))
        {
            parts.Gateway.Refuse(message.Id, ErrorCodes.MessageInvalid, $"The report's state \"{report.State}\" is none.");
            return;
        }

        Reported answer = new() { Session = report.Session, State = report.State };
        if (open.Of(message.Id, report.Session) is { } update && !OtaStates.IsFinal(update.View.State))
        {
            update.Post(SenderEvent.Reported(report.State, report.Code, report.Reason), answer);
            return;
        }

        // The hub gave the update up, or lost it: the image's end is kept all the same, and the device is answered. What is not an end must
        // not open the update again.
        if (OtaStates.IsFinal(report.State) && parts.Store.Find(message.Id, report.Session) is { } row && row.State != report.State)
        {
            long now = parts.Time.GetUtcNow().ToUnixTimeSeconds();
            parts.Store.Update(row.Session, report.State, report.Code, report.Reason, now);
            parts.Events.Publish(new OtaCorrected(OtaView.Of(row with { State = report.State, Code = report.Code, Reason = report.Reason, Updated = now })));
        }

        Send(message.Id, TopicKind.Reported, Codec.Write(answer));
    }

    private void Send(string device, TopicKind kind, JsonWriter body) =>
        parts.Gateway.SendAsync(device, kind, body, open.Stopping).ContinueWith(
            failed => parts.Log.LogWarning(failed.Exception!.GetBaseException(), "Could not send {Kind} to {Device}", kind, device),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted,
            TaskScheduler.Default);
}
