using System;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Hub.Results;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Json;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Devices;

/// <summary>Keeps what devices say of themselves, and republishes it for people: <c>devices/{id}/availability</c> and <c>…/state</c>.</summary>
public sealed class DeviceMirror(DeviceStore store, DeviceGateway gateway, BrokerConnection broker, HubEvents events, HubIdentity identity, TimeProvider time, ILogger<DeviceMirror> log)
{
    /// <summary>Begins to listen.</summary>
    public void Start()
    {
        events.Subscribe<BrokerConnected>(_ => PublishAbsent());
        events.Subscribe<DeviceOnline>(e => PublishAvailability(e.Id, "online", ""));
        events.Subscribe<DeviceOnline>(e => store.Seen(e.Id, time.GetUtcNow().ToUnixTimeSeconds()));
        events.Subscribe<DeviceOffline>(e => PublishAvailability(e.Id, "offline", e.Cause));
        events.Subscribe<DeviceRemoved>(e => Clear(e.Id));
        // Its last word, which the broker keeps, is believed no more than its next.
        events.Subscribe<DeviceRevoked>(e => Publish(TopicKind.Status, e.Id, []));
        events.Subscribe<DeviceMessage>(Take);
    }

    private void Take(DeviceMessage message)
    {
        switch (message.Kind)
        {
            case TopicKind.Info:
                DeviceInfo info = Codec.ReadDeviceInfo(message.Body);
                if (message.Body.Problem.Length > 0)
                {
                    log.LogWarning("The info of {Device} is malformed: {Problem}", message.Id, message.Body.Problem);
                    return;
                }

                string text = Codec.Write(info).ToString();
                if (store.Find(message.Id)?.Info == text)
                {
                    return;
                }

                store.SetInfo(message.Id, text);
                if (info.ProgramId.Length > 0)
                {
                    store.SetProgram(message.Id, info.ProgramId, info.ProgramVersion, info.Sequence);
                }

                break;
            case TopicKind.OtaReport:
                Report report = Codec.ReadReport(message.Body);
                if (message.Body.Problem.Length == 0 && report.State == OtaStates.Confirmed)
                {
                    store.SetProgram(message.Id, report.Id, report.Version, report.Sequence);
                }

                break;
            case TopicKind.State:
                Publish(TopicKind.PublicState, message.Id, WithoutSignature(message.Payload));
                break;
            case TopicKind.Log:
                LogLine line = Codec.ReadLogLine(message.Body);
                log.LogInformation("{Device} says ({Level}): {Text}", message.Id, Printable.Of(line.Level), Printable.Of(line.Text));
                break;
            default:
                break;
        }
    }

    private static byte[] WithoutSignature(byte[] payload)
    {
        System.Text.Json.Nodes.JsonObject members = JsonNode.Parse(payload)!.AsObject();
        members.Remove(Protocol.Security.Session.CounterMember);
        members.Remove("mac");
        return System.Text.Encoding.UTF8.GetBytes(members.ToJsonString());
    }

    private void PublishAvailability(string id, string state, string cause)
    {
        JsonWriter body = new JsonWriter().Add("state", state).AddIfAny("cause", cause).Add("since", time.GetUtcNow().ToUnixTimeSeconds());
        Publish(TopicKind.PublicAvailability, id, body.ToBytes());
    }

    // What the broker retains may be from before the hub was killed: a device counts as there once it has said hello.
    private void PublishAbsent()
    {
        foreach (DeviceRow device in store.List())
        {
            if (!gateway.IsOnline(device.Id))
            {
                PublishAvailability(device.Id, "offline", "it has not said hello since the hub connected");
            }
        }
    }

    private void Clear(string id)
    {
        // An empty retained payload removes what the broker keeps.
        foreach (TopicKind kind in (TopicKind[])[TopicKind.PublicState, TopicKind.PublicAvailability, TopicKind.PublicOta, TopicKind.Status, TopicKind.Info, TopicKind.State])
        {
            Publish(kind, id, []);
        }
    }

    private void Publish(TopicKind kind, string id, byte[] payload) => broker.Post(Topic.Format(kind, identity.Site, id), payload, retain: true);
}
