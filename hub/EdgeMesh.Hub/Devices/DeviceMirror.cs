using System;
using System.Text.Json.Nodes;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Events;
using EdgeMesh.Hub.Hosting;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Json;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Hub.Devices;

/// <summary>Keeps what devices say of themselves, and republishes it for people: <c>devices/{id}/availability</c> and <c>…/state</c>.</summary>
public sealed class DeviceMirror(DeviceStore store, BrokerConnection broker, HubEvents events, HubIdentity identity, TimeProvider time, ILogger<DeviceMirror> log)
{
    /// <summary>Begins to listen.</summary>
    public void Start()
    {
        events.Subscribe<DeviceOnline>(e => PublishAvailability(e.Id, "online", ""));
        events.Subscribe<DeviceOffline>(e => PublishAvailability(e.Id, "offline", e.Cause));
        events.Subscribe<DeviceRemoved>(e => Clear(e.Id));
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

                store.SetInfo(message.Id, Codec.Write(info).ToString());
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
                log.LogInformation("{Device} says ({Level}): {Text}", message.Id, line.Level, line.Text);
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
