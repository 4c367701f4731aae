"""usage: read_mails.py FOLDER: the mails in smtp-sink's dump files as JSON, decoded by Python's own library.
A file that is still being written (its closing boundary is not there yet) is left out."""
import email, email.policy, json, pathlib, sys

mails = []
for path in sorted(pathlib.Path(sys.argv[1]).iterdir(), key=lambda path: (path.stat().st_mtime_ns, path.name)):
    raw = path.read_bytes()
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    boundary = mail.get_boundary()
    if boundary is None or b'--' + boundary.encode() + b'--' not in raw:
        continue
    text, html = mail.get_body(('plain',)), mail.get_body(('html',))
    mails.append(dict(
        to=mail['X-Rcpt-Args'].strip('<>'),
        subject=mail['Subject'],
        text=text.get_content() if text else '',
        html=html.get_content() if html else '',
        headers={name: str(value) for name, value in mail.items()}))
json.dump(mails, sys.stdout)
