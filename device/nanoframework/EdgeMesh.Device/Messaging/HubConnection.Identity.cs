using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Device.Platform;
using EdgeMesh.Protocol;
using EdgeMesh.Protocol.Security;

namespace EdgeMesh.Device.Messaging;

/// <summary>The identities that the hub sends.</summary>
internal sealed partial class HubConnection
{
    private void KeepReached()
    {
        try
        {
            _identities.Reached();
        }
        catch (StorageException e)
        {
            _board.Log.Write(LogLevel.Error, "That the hub was reached with its new identity cannot be kept: " + e.Message);
        }
    }

    private HubMessage? TakeIdentity(byte[] payload, long nowMs)
    {
        Opened opened = _link.Open(TopicKind.Identity, payload);
        if (opened.Body == null)
        {
            return Refuse(opened.Code, opened.Reason);
        }

        Identity identity = Codec.ReadIdentity(opened.Body);
        if (opened.Body.Problem.Length > 0)
        {
            return Refuse(ErrorCodes.MessageInvalid, "An identity is malformed: " + opened.Body.Problem + ".");
        }

        IdentityAnswer answer = new IdentityAnswer { Sequence = identity.Sequence };
        if (!_link.Tls)
        {
            Reject(answer, ErrorCodes.InvalidArgument, "The connection is not TLS.");
        }
        else if (identity.Sequence <= _identities.Current.Sequence)
        {
            Reject(answer, ErrorCodes.SequenceNotAbove, "The identity in use has the number " + _identities.Current.Sequence.ToString() + ".");
        }
        else
        {
            Keep(identity, answer, nowMs);
        }

        Send(TopicKind.IdentityAnswer, Codec.Write(answer));
        return null;
    }

    private void Keep(Identity identity, IdentityAnswer answer, long nowMs)
    {
        try
        {
            _identities.Store(identity);
            _switchMs = nowMs + SwitchAfterMs;
        }
        catch (StorageException e)
        {
            Reject(answer, e.Code, e.Message);
        }
    }

    private static void Reject(IdentityAnswer answer, string code, string reason)
    {
        answer.State = IdentityAnswer.Rejected;
        answer.Code = code;
        answer.Reason = reason;
    }
}
