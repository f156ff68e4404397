using System;
using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Broker;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Operations;
using EdgeMesh.Hub.Results;
using EdgeMesh.Mqtt;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Crypto;
using EdgeMesh.Protocol.Enrollment;
using EdgeMesh.Protocol.Json;
using Microsoft.Extensions.Logging;
using JsonObject = EdgeMesh.Protocol.Json.JsonObject;

namespace EdgeMesh.Hub.Enrollment;

/// <content>What devices say. All of it comes from strangers: what is not as it must be changes nothing.</content>
public sealed partial class EnrollmentService
{
    // The largest that a device has to say is its begin.
    private const int MessageBytesMax = 1024;
    private const int WaitMsMax = 5000;

    // An id made of the type and 24 random bits.
    private const int TypePartLength = 24;

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private async Task TakeAsync(MqttApplicationMessage message)
    {
        if (message.Payload.Length > MessageBytesMax || message.Retain || Find(Topic.EnrollTokenOf(message.Topic)) is not { IsOver: false } ticket)
        {
            return;
        }

        byte[] payload = message.Payload.ToArray();
        await ExpireAsync(ticket, time.GetUtcNow()).ConfigureAwait(false);
        if (ticket.IsOver || JsonReader.Parse(payload, payload.Length, out _) is not JsonObject o || Sid(o) is not byte[] sid)
        {
            return;
        }

        string name = o.OptionalString("m", 16);
        if (name == "begin")
        {
            await BeginAsync(ticket, sid, o).ConfigureAwait(false);
        }
        else if (ticket.Try is { } current ? current.Begin.Sid.AsSpan().SequenceEqual(sid) : name == "progress")
        {
            await (name switch
            {
                "progress" => Progress(ticket, o),
                "confirm" => ConfirmAsync(ticket, o),
                "stored" => StoredAsync(ticket, o),
                "abort" when ticket.State == EnrollmentStates.Proving => FailTryAsync(ticket, "the device refused the hub's proof"),
                _ => Task.CompletedTask,
            }).ConfigureAwait(false);
        }
    }

    private static byte[]? Sid(JsonObject o)
    {
        string sid = o.Hex("sid", 2 * EnrollmentBegin.SidBytes);
        return sid.Length > 0 ? Hex.Decode(sid) : null;
    }

    private static byte[] Tag(JsonObject o) => Hex.Decode(o.OptionalString("tag", 2 * CPace.TagBytes)) ?? [];

    private Task Progress(EnrollmentTicket ticket, JsonObject o)
    {
        int percent = (int)o.Integer("percent", 0, 100);
        if (o.Problem.Length == 0)
        {
            ticket.Progress(percent, time.GetUtcNow());
        }

        return Task.CompletedTask;
    }

    private async Task BeginAsync(EnrollmentTicket ticket, byte[] sid, JsonObject o)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (EnrollmentBegin.Read(o, out string problem) is not EnrollmentBegin begin)
        {
            await RefuseAsync(ticket, sid, ErrorCodes.MessageInvalid, $"The begin is refused: {problem}.").ConfigureAwait(false);
        }
        else if (ticket.Try is { } current && current.Begin.Sid.AsSpan().SequenceEqual(sid))
        {
            // Said again, after a broken connection: the answer is the same, whatever else it says now.
            await SendAsync(ticket, current.Exchange.Answer!).ConfigureAwait(false);
        }
        else if (ticket.Wait(now) is { Ticks: > 0 } wait)
        {
            int waitMs = (int)Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 1, WaitMsMax);
            await RefuseAsync(ticket, sid, ErrorCodes.EnrollmentWait, "Another try is under way, or failed just now.", waitMs).ConfigureAwait(false);
        }
        else if (begin.Tier != ticket.Secret.Tier || (ticket.WantedType.Length > 0 && begin.Type != ticket.WantedType))
        {
            string wanted = begin.Tier != ticket.Secret.Tier ? ticket.Secret.Tier : ticket.WantedType;
            await RefuseAsync(ticket, sid, ErrorCodes.DeviceTypeMismatch, $"The hub expects {wanted} here, as its owner said.").ConfigureAwait(false);
        }
        else
        {
            await TryAsync(ticket, begin, now).ConfigureAwait(false);
        }
    }

    private async Task TryAsync(EnrollmentTicket ticket, EnrollmentBegin begin, DateTimeOffset now)
    {
        HubEnrollment exchange = new(crypto, ticket.Secret, begin, identity.Site, IdFor(ticket, begin), Sha256(Authorities()));
        ticket.Begin(begin, exchange, now);
        if (exchange.Answer is null)
        {
            await FailTryAsync(ticket, "its share is none that an honest device sends").ConfigureAwait(false);
            await RefuseAsync(ticket, begin.Sid, ErrorCodes.EnrollmentRefused, "The share is refused.").ConfigureAwait(false);
            return;
        }

        await SendAsync(ticket, exchange.Answer).ConfigureAwait(false);
    }

    // What the owner said, else what the device would like, else a new one: a device cannot take the place of another by a wish.
    private string IdFor(EnrollmentTicket ticket, EnrollmentBegin begin)
    {
        if (ticket.WantedDevice.Length > 0)
        {
            return ticket.WantedDevice;
        }

        string part = begin.Type.Length <= TypePartLength ? begin.Type : begin.Type[..TypePartLength];
        return begin.Id.Length > 0 && !BrokerEndpoint.IsReserved(begin.Id) && !devices.Knows(begin.Id)
            ? begin.Id : $"{part}-{Convert.ToHexStringLower(crypto.Random(3))}";
    }

    private async Task ConfirmAsync(EnrollmentTicket ticket, JsonObject o)
    {
        HubEnrollment exchange = ticket.Try!.Value.Exchange;
        if (!exchange.Confirm(Tag(o)))
        {
            if (ticket.State == EnrollmentStates.Proving)
            {
                await FailTryAsync(ticket, "its proof is wrong").ConfigureAwait(false);
                await RefuseAsync(ticket, Sid(o)!, ErrorCodes.EnrollmentRefused, "The proof is refused.").ConfigureAwait(false);
            }

            return;
        }

        if (exchange.GrantMessage is null && !await GrantAsync(ticket, exchange).ConfigureAwait(false))
        {
            return;
        }

        await SendAsync(ticket, exchange.GrantMessage!).ConfigureAwait(false);
    }

    private async Task<bool> GrantAsync(EnrollmentTicket ticket, HubEnrollment exchange)
    {
        byte[] sid = ticket.Try!.Value.Begin.Sid;
        bool known = devices.Knows(ticket.Device);
        string authorities = Authorities();
        Result<DeviceConfiguration> made = Sha256(authorities) != exchange.CaSha256
            ? new Error(ErrorCodes.EnrollmentRefused, "The broker's authority changed in the middle of it. Enrol the device again.")
            : known ? devices.Redraw(ticket.Device, ticket.Type)
            : await devices.AddAsync(ticket.Device, ticket.Type, CancellationToken.None).ConfigureAwait(false);
        if (made.Error is { } error)
        {
            await RefuseAsync(ticket, sid, error.Code, error.Message).ConfigureAwait(false);
            await EndAsync(ticket, EnrollmentStates.Failed, error).ConfigureAwait(false);
            return false;
        }

        System.Text.Json.Nodes.JsonObject configuration = JsonSerializer.SerializeToNode(made.Value, Operation.Json)!.AsObject();
        if (authorities.Length > 0)
        {
            configuration["ca"] = authorities;
        }

        ticket.Granted(made.Value, known, time.GetUtcNow());
        exchange.Grant(Encoding.UTF8.GetBytes(configuration.ToJsonString(Plain)));
        return true;
    }

    private async Task StoredAsync(EnrollmentTicket ticket, JsonObject o)
    {
        if (ticket.State == EnrollmentStates.Granted && ticket.Try!.Value.Exchange.Stored(Tag(o)) is byte[] done)
        {
            if (ticket.Grant is { Known: true } grant && !await devices.ReplaceAsync(grant.Configuration, CancellationToken.None).ConfigureAwait(false))
            {
                await EndAsync(ticket, EnrollmentStates.Failed, DeviceService.Unknown(ticket.Device)).ConfigureAwait(false);
                return;
            }

            await SendAsync(ticket, done).ConfigureAwait(false);
            await FinishAsync(ticket).ConfigureAwait(false);
        }
    }

    // A new device that says hello has its identity, whatever became of its word for it.
    private async Task GreetedAsync(string device)
    {
        if (_tickets.Find(t => t.State == EnrollmentStates.Granted && t.Device == device && t.Grant is { Known: false }) is { } ticket)
        {
            await FinishAsync(ticket).ConfigureAwait(false);
        }
    }

    private async Task FinishAsync(EnrollmentTicket ticket)
    {
        ticket.End(EnrollmentStates.Enrolled, time.GetUtcNow());
        await CloseAsync(ticket).ConfigureAwait(false);
        if (ticket.Replaces.Length > 0
            && (await devices.SucceedAsync(ticket.Replaces, ticket.Device, CancellationToken.None).ConfigureAwait(false)).Error is { } error)
        {
            log.LogError("{Device} goes on as {New}, and its old id could not be removed: {Reason}", ticket.Replaces, ticket.Device, error.Message);
        }
    }

    private Task RefuseAsync(EnrollmentTicket ticket, byte[] sid, string code, string reason, int waitMs = 0)
    {
        JsonWriter refusal = new JsonWriter().Add("m", "refuse").Add("sid", Hex.Encode(sid)).Add("code", code).Add("reason", reason);
        return SendAsync(ticket, (waitMs > 0 ? refusal.Add("wait_ms", waitMs) : refusal).ToBytes());
    }

    // Not waited for long: without a connection to the broker the device is not connected either, and says it all again.
    private async Task SendAsync(EnrollmentTicket ticket, byte[] payload)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(5), time);
        try
        {
            await broker.PublishAsync(Topic.EnrollDown(ticket.Secret.Token), payload, cancellationToken: limit.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is OperationCanceledException or MqttCommunicationException)
        {
            log.LogWarning("An answer to the enrolment {Token} is lost: {Reason}", ticket.Secret.Token, failure.Message);
        }
    }
}
