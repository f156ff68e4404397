namespace EdgeMesh.Contracts;

/// <summary>Every reason for a refusal or failure: stable, on the wire, in logs and in the CLI's JSON. Append-only.</summary>
public static partial class ErrorCodes
{
    /// <summary>No device with that id.</summary>
    public const string DeviceUnknown = "device_unknown";

    /// <summary>A device with that id exists already.</summary>
    public const string DeviceExists = "device_exists";

    /// <summary>No firmware with that id and version.</summary>
    public const string FirmwareUnknown = "firmware_unknown";

    /// <summary>That id and version are taken by other content.</summary>
    public const string FirmwareExists = "firmware_exists";

    /// <summary>An update is using the firmware.</summary>
    public const string FirmwareInUse = "firmware_in_use";

    /// <summary>The stored image is missing or its hash is not the manifest's.</summary>
    public const string FirmwareDamaged = "firmware_damaged";

    /// <summary>No update with that session, or none for that device.</summary>
    public const string SessionUnknown = "session_unknown";

    /// <summary>The device has an update under way already.</summary>
    public const string SessionExists = "session_exists";

    /// <summary>Updates over the air are switched off on this hub.</summary>
    public const string OtaDisabled = "ota_disabled";

    /// <summary>A parameter is missing, malformed or out of its range.</summary>
    public const string InvalidArgument = "invalid_argument";

    /// <summary>The image is for another type of device.</summary>
    public const string DeviceTypeMismatch = "device_type_mismatch";

    /// <summary>The device cannot run this kind of image.</summary>
    public const string KindUnsupported = "kind_unsupported";

    /// <summary>The image is larger than the device's slot.</summary>
    public const string ImageTooLarge = "image_too_large";

    /// <summary>The image needs a capability that the device lacks.</summary>
    public const string RequirementMissing = "requirement_missing";

    /// <summary>The manifest's sequence is not above the highest confirmed.</summary>
    public const string SequenceNotAbove = "sequence_not_above";

    /// <summary>The manifest's time has run out.</summary>
    public const string ManifestExpired = "manifest_expired";

    /// <summary>The manifest cannot be read or lacks a member.</summary>
    public const string ManifestInvalid = "manifest_invalid";

    /// <summary>The chunk size or the encoding is not one the device takes.</summary>
    public const string EncodingUnsupported = "encoding_unsupported";

    /// <summary>A program is on trial; its outcome comes first.</summary>
    public const string TrialInProgress = "trial_in_progress";

    /// <summary>The received image's SHA-256 is not the manifest's.</summary>
    public const string HashMismatch = "hash_mismatch";

    /// <summary>A chunk's sequence lies outside the image.</summary>
    public const string ChunkOutOfRange = "chunk_out_of_range";

    /// <summary>A chunk's length is not what its place in the image demands.</summary>
    public const string ChunkLengthWrong = "chunk_length_wrong";

    /// <summary>The message belongs to a session that is over or was never begun.</summary>
    public const string StaleSession = "stale_session";

    /// <summary>The signature does not fit the message, topic and key.</summary>
    public const string SignatureInvalid = "signature_invalid";

    /// <summary>The message's counter was seen before or is too old.</summary>
    public const string Replayed = "replayed";

    /// <summary>No handshake has been made since the hub or the device started.</summary>
    public const string NoSession = "no_session";

    /// <summary>The message cannot be parsed or lacks a member.</summary>
    public const string MessageInvalid = "message_invalid";

    /// <summary>The message is over the size limit.</summary>
    public const string MessageTooLarge = "message_too_large";

    /// <summary>The topic is none that the receiver knows or may be written by the sender.</summary>
    public const string TopicForbidden = "topic_forbidden";

    /// <summary>The sender sends more messages than it may; they are lost.</summary>
    public const string RateLimited = "rate_limited";

    /// <summary>The peer speaks another protocol version.</summary>
    public const string VersionUnsupported = "version_unsupported";

    /// <summary>No room left on the disk or in the flash.</summary>
    public const string StorageFull = "storage_full";

    /// <summary>The disk or flash failed.</summary>
    public const string StorageFailed = "storage_failed";

    /// <summary>Somebody ended the update.</summary>
    public const string Aborted = "aborted";

    /// <summary>The device did not answer the offer.</summary>
    public const string OfferTimeout = "offer_timeout";

    /// <summary>The device stopped acknowledging chunks.</summary>
    public const string ChunkAckTimeout = "chunk_ack_timeout";

    /// <summary>The device did not finish its verification.</summary>
    public const string VerifyTimeout = "verify_timeout";

    /// <summary>The update took longer than its limit in days.</summary>
    public const string SessionExpired = "session_expired";

    /// <summary>The program on trial stopped with an exception, or the board reset, at every attempt.</summary>
    public const string CrashLoop = "crash_loop";

    /// <summary>The program on trial could not reach the hub, and the one before it could.</summary>
    public const string HubUnreachable = "hub_unreachable";

    /// <summary>No command with that number.</summary>
    public const string CommandUnknown = "command_unknown";

    /// <summary>The command was sent or has ended, and cannot be taken back.</summary>
    public const string CommandSent = "command_sent";

    /// <summary>The command's time ran out before it was answered.</summary>
    public const string CommandExpired = "command_expired";

    /// <summary>The device began this command before, and does not run it again; its answer is lost.</summary>
    public const string CommandRepeated = "command_repeated";

    /// <summary>So much waits already that no more is taken.</summary>
    public const string QueueFull = "queue_full";

    /// <summary>No valid token came with the request.</summary>
    public const string Unauthorized = "unauthorized";

    /// <summary>The caller is known and may not do this.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>No token with that name.</summary>
    public const string TokenUnknown = "token_unknown";

    /// <summary>A token with that name exists already.</summary>
    public const string TokenExists = "token_exists";

    /// <summary>The broker cannot be reached or started.</summary>
    public const string BrokerUnavailable = "broker_unavailable";

    /// <summary>The hub cannot be reached.</summary>
    public const string HubUnavailable = "hub_unavailable";

    /// <summary>The wait ended before the outcome was known.</summary>
    public const string WaitTimeout = "wait_timeout";

    /// <summary>The audit log's chain does not hold: entries were changed, removed or put in.</summary>
    public const string AuditBroken = "audit_broken";

    /// <summary>The device was revoked: its key, password and certificate are refused for ever.</summary>
    public const string DeviceRevoked = "device_revoked";

    /// <summary>The device is not revoked.</summary>
    public const string DeviceNotRevoked = "device_not_revoked";

    /// <summary>The hub's clock is certainly wrong, so no certificate is issued.</summary>
    public const string ClockImplausible = "clock_implausible";

    /// <summary>The hub keeps no certificate authority: its broker does not speak TLS.</summary>
    public const string CertificatesDisabled = "certificates_disabled";

    /// <summary>A rotation of the certificate authority is under way already.</summary>
    public const string RotationInProgress = "rotation_in_progress";

    /// <summary>An image of this kind must be signed by a publisher, and is not.</summary>
    public const string SignatureRequired = "signature_required";

    /// <summary>The publisher's key is not trusted, or not for this kind of image, and no chain of statements leads to it.</summary>
    public const string PublisherUntrusted = "publisher_untrusted";

    /// <summary>No trusted publisher with that name.</summary>
    public const string PublisherUnknown = "publisher_unknown";

    /// <summary>A publisher with that name or key is trusted already.</summary>
    public const string PublisherExists = "publisher_exists";

    /// <summary>No enrolment with that token.</summary>
    public const string EnrollmentUnknown = "enrollment_unknown";

    /// <summary>The two sides do not have the same PIN or code, or somebody changed their messages.</summary>
    public const string EnrollmentRefused = "enrollment_refused";

    /// <summary>Another try is under way, or the pause after a failed one; <c>wait_ms</c> says how long.</summary>
    public const string EnrollmentWait = "enrollment_wait";

    /// <summary>The PIN or code was not used in time.</summary>
    public const string EnrollmentExpired = "enrollment_expired";

    /// <summary>Too many tries failed: the PIN or code is dead.</summary>
    public const string EnrollmentExhausted = "enrollment_exhausted";

    /// <summary>Somebody took the PIN or code back.</summary>
    public const string EnrollmentCancelled = "enrollment_cancelled";

    /// <summary>A defect of ours; the log has the details.</summary>
    public const string Internal = "internal";

    /// <summary>The board's bootloader refuses the image: it is not one of this chip's, or damaged.</summary>
    public const string ImageInvalid = "image_invalid";

    /// <summary>The program that reaches a board by its serial port, <c>mpremote</c>, is not installed here.</summary>
    public const string MpremoteMissing = "mpremote_missing";

    /// <summary>No MicroPython answers at the serial port, or it stopped answering.</summary>
    public const string BoardUnavailable = "board_unavailable";

    /// <summary>The board cannot carry the agent: another port of MicroPython, too old a version, or too little room.</summary>
    public const string BoardUnsuitable = "board_unsuitable";
}
