using System;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Json;
using EdgeMesh.Protocol.Ota;
using EdgeMesh.Simulation.Bugs;

namespace EdgeMesh.Simulation.Hub;

/// <summary>What the hub's update service does with a verified message.</summary>
internal static class HubMessages
{
    internal static void Take(HubProcess hub, DeviceSide device, TopicKind kind, JsonObject body)
    {
        switch (kind)
        {
            case TopicKind.Info:
                hub.World.Store.SetSequence(device.Id, Codec.ReadDeviceInfo(body).Sequence);
                break;
            case TopicKind.OtaReport: TakeReport(hub, device, Codec.ReadReport(body)); break;
            case TopicKind.OtaAccept:
                Accept accept = Codec.ReadAccept(body);
                Post(hub, device, accept.Session, SenderEvent.Accepted(accept.Next, accept.Window), answersStale: true);
                break;
            case TopicKind.OtaChunkAck:
                ChunkAck ack = Codec.ReadChunkAck(body);
                Post(hub, device, ack.Session, SenderEvent.Acknowledged(ack.Next, Convert.ToUInt64(ack.Bitmap, 16)), answersStale: true);
                break;
            case TopicKind.OtaVerify:
                Verify verify = Codec.ReadVerify(body);
                Post(hub, device, verify.Session, SenderEvent.Verified(verify.Checked, verify.Sha256), answersStale: true);
                break;
            case TopicKind.OtaReject:
                Reject reject = Codec.ReadReject(body);
                Post(hub, device, reject.Session, SenderEvent.Rejected(reject.Code, reject.Reason), answersStale: false);
                break;
            case TopicKind.OtaAbortUp:
                Abort abort = Codec.ReadAbort(body);
                Post(hub, device, abort.Session, SenderEvent.Aborted(abort.Code, abort.Reason), answersStale: false);
                break;
            default: break;
        }
    }

    private static void Post(HubProcess hub, DeviceSide device, long session, SenderEvent e, bool answersStale)
    {
        if (device.Update is { } update && update.Row.Session == session)
        {
            update.Post(e);
        }
        else if (answersStale && hub.World.Bug != SeededBug.HubIgnoresStaleSessions)
        {
            hub.Send(device, TopicKind.OtaAbortDown, Codec.Write(new Abort { Session = session, Code = ErrorCodes.StaleSession, Reason = "It is not under way." }));
        }
    }

    private static void TakeReport(HubProcess hub, DeviceSide device, Report report)
    {
        Reported answer = new() { Session = report.Session, State = report.State };
        if (device.Update is { } update && update.Row.Session == report.Session)
        {
            update.Post(SenderEvent.Reported(report.State, report.Code, report.Reason), answer);
            return;
        }

        if (hub.World.Store.Find(device.Id, report.Session) is { } row && row.State != report.State && OtaStates.IsFinal(report.State))
        {
            hub.World.Store.Update(row, report.State, report.Code);
        }

        hub.Answer(device, answer);
    }
}
