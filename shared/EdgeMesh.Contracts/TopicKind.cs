namespace EdgeMesh.Contracts;

/// <summary>Every kind of topic below <c>edgemesh/v1/{site}</c>. Append-only.</summary>
public enum TopicKind
{
    /// <summary><c>hub/status</c>: retained, with a will; carries the hub's boot id and time.</summary>
    HubStatus,

    /// <summary><c>hub/request/{operation}</c>: an operation asked of the hub.</summary>
    HubRequest,

    /// <summary><c>hub/response/{operation}</c>: the hub's answer.</summary>
    HubResponse,

    /// <summary><c>devices/{id}/up/hello</c>: first message of the handshake.</summary>
    Hello,

    /// <summary><c>devices/{id}/down/welcome</c>: the hub's answer to it.</summary>
    Welcome,

    /// <summary><c>devices/{id}/up/status</c>: retained <c>online|sleeping</c>; the will says <c>lost</c>.</summary>
    Status,

    /// <summary><c>devices/{id}/up/info</c>: retained; what the device is and can do.</summary>
    Info,

    /// <summary><c>devices/{id}/up/state</c>: retained; what the device reads now.</summary>
    State,

    /// <summary><c>devices/{id}/up/telemetry</c>: readings to keep.</summary>
    Telemetry,

    /// <summary><c>devices/{id}/up/log</c>: lines of the device's log.</summary>
    Log,

    /// <summary><c>devices/{id}/up/response</c>: the answer to a command.</summary>
    Response,

    /// <summary><c>devices/{id}/down/command</c>: a command; never retained.</summary>
    Command,

    /// <summary><c>devices/{id}/down/reported</c>: the hub has a report.</summary>
    Reported,

    /// <summary><c>devices/{id}/down/ota/offer</c>: OFFER.</summary>
    OtaOffer,

    /// <summary><c>devices/{id}/up/ota/accept</c>: ACCEPT.</summary>
    OtaAccept,

    /// <summary><c>devices/{id}/up/ota/reject</c>: REJECT.</summary>
    OtaReject,

    /// <summary><c>devices/{id}/down/ota/chunk</c>: CHUNK.</summary>
    OtaChunk,

    /// <summary><c>devices/{id}/up/ota/chunk-ack</c>: CHUNK_ACK.</summary>
    OtaChunkAck,

    /// <summary><c>devices/{id}/up/ota/verify</c>: VERIFY.</summary>
    OtaVerify,

    /// <summary><c>devices/{id}/down/ota/complete</c>: COMPLETE.</summary>
    OtaComplete,

    /// <summary><c>devices/{id}/up/ota/abort</c>: ABORT by the device.</summary>
    OtaAbortUp,

    /// <summary><c>devices/{id}/down/ota/abort</c>: ABORT by the hub.</summary>
    OtaAbortDown,

    /// <summary><c>devices/{id}/up/ota/report</c>: what became of a delivered image.</summary>
    OtaReport,

    /// <summary><c>devices/{id}/state</c>: retained; written by the hub from verified messages only.</summary>
    PublicState,

    /// <summary><c>devices/{id}/availability</c>: retained <c>online|offline</c>, by the hub.</summary>
    PublicAvailability,

    /// <summary><c>devices/{id}/ota</c>: retained; the update's state and progress, by the hub.</summary>
    PublicOta,

    /// <summary><c>devices/{id}/set/{capability}</c>: written by people and Home Assistant.</summary>
    Set,

    /// <summary><c>codegen/{job}/request</c>: a program asked for; written by the account <c>operator</c>.</summary>
    CodegenRequest,

    /// <summary><c>codegen/{job}/status</c>: retained; how the job stands, by the hub.</summary>
    CodegenStatus,

    /// <summary><c>codegen/{job}/code</c>: retained; the program, or its first part.</summary>
    CodegenCode,

    /// <summary><c>codegen/{job}/report</c>: retained; what was understood, what the policy found, what the dry run showed, or the first part of it.</summary>
    CodegenReport,

    /// <summary><c>devices/{id}/down/identity</c>: authorities to trust, and a certificate with its key; never retained, and hidden from the viewer.</summary>
    Identity,

    /// <summary><c>devices/{id}/up/identity</c>: what became of it.</summary>
    IdentityAnswer,

    /// <summary><c>devices/{id}/up/health</c>: how the program fares, for who watches it after an update.</summary>
    Health,

    /// <summary><c>codegen/{job}/code/{part}</c>: what does not fit <see cref="CodegenCode"/>, from part 2 on.</summary>
    CodegenCodePart,

    /// <summary><c>codegen/{job}/report/{part}</c>: likewise of <see cref="CodegenReport"/>.</summary>
    CodegenReportPart,
}
